import type { ErrorCode } from "../program/error_code.ts";
import type { ContractReader } from "./contract_reader.ts";
import type { DevReport } from "./dev_report.ts";
import type { Project } from "../workers/project.ts";

/** How a session runs. */
export interface DevOptions {
  readonly project: Project;
  /** Reads the contracts of the project. */
  readonly contracts: ContractReader;
  /** The NATS server to use; without it one is found or started. */
  readonly nats: string | undefined;
  /** Milliseconds to wait for the server that is named by `nats`; 0 unless given. */
  readonly waitMs?: number | undefined;
  /** Milliseconds that requests in work may take when everything stops. */
  readonly drainMs: number;
  /** A person decides every change. */
  readonly review: boolean;
  /** Run the services of the project; without, this is the control plane alone. */
  readonly services: boolean;
  /** Workers of each service; 1 unless given. */
  readonly instances?: number | undefined;
  /** Reload on changes of files. */
  readonly watch: boolean;
  /** Keep the old code when the new one does not type-check; only while files are watched. */
  readonly types: boolean;
  /** Who runs it. */
  readonly by: string;
  readonly report: DevReport;
  /** Where a server of one's own listens if it can; 4222 unless given. */
  readonly defaultPort?: number | undefined;
  /** Where the portal listens; 0: on a free port. */
  readonly portalPort: number;
  /** Where people reach the portal through a proxy; without one, where it listens. */
  readonly portalUrl?: string | undefined;
  /** Where the Console listens; 0: where it was the last time, or on a free port; undefined: there is none. */
  readonly consolePort?: number | undefined;
  /** Origins of the pages that may connect and log people in; none unless given. */
  readonly pageOrigins?: readonly string[] | undefined;
  /** Where pages reach a server that is named, as `wss://nats.example.org`; our own says it itself. */
  readonly webSocketUrl?: string | undefined;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
}

/** Why a session could not start. */
export interface DevFailure {
  readonly message: string;
  readonly hint: string;
  readonly code: ErrorCode;
}

/** The failure of a start that was interrupted. */
export const INTERRUPTED: DevFailure = {
  code: "interrupted",
  message: "interrupted before everything was up",
  hint: "what had been started was stopped",
};
