import type { ContractKind, ContractManifest } from "../manifest/manifest.ts";

/** A contract found in a project. */
export interface DiscoveredContract {
  readonly id: string;
  readonly kind: ContractKind;
  readonly digest: string;
  readonly manifest: ContractManifest;
  /** Relative to the project, with slashes. */
  readonly file: string;
  /** Manifests of the contracts that it uses, as JSON texts that nobody has checked; missing where it was kept. */
  readonly used?: readonly string[];
}
