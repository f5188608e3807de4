import type { JsonValue } from "../../contracts/json.ts";

/** Where a JSON value comes from: `{"a":1}`, `-`, or `@file`. */
export type JsonSource =
  /** It stood on the command line, and has been read. */
  | { readonly from: "argument"; readonly value: JsonValue }
  /** All of stdin. */
  | { readonly from: "stdin" }
  /** A file; relative to the working directory. */
  | { readonly from: "file"; readonly path: string };

/** The states a plan can be listed by. */
export const PLAN_STATES = ["pending", "accepted", "rejected", "superseded", "all"] as const;

/** One of {@link PLAN_STATES}. */
export type PlanState = typeof PLAN_STATES[number];

/** The shells that completion works in. */
export const SHELLS = ["bash", "zsh", "fish", "nu", "pwsh"] as const;

/** One of {@link SHELLS}. */
export type Shell = typeof SHELLS[number];

/** Everything that Trellis can be told to do. Directories default to the `--project` option. */
export type Command =
  | ProjectCommand
  | ContractCommand
  | AuthorityCommand
  | DataCommand;

/** Commands about a project as a whole. */
export type ProjectCommand =
  | {
    readonly kind: "init";
    readonly dir: string;
    /** Ask nothing. */
    readonly yes: boolean;
    /** Name of the service; undefined: from the directory, or asked for. */
    readonly name: string | undefined;
  }
  | {
    readonly kind: "dev";
    readonly dir: string;
    /** A person decides every change, safe ones too. */
    readonly review: boolean;
    /** Reload on changes of files. */
    readonly watch: boolean;
  }
  | { readonly kind: "start"; readonly dir: string; readonly review: boolean }
  | { readonly kind: "status" };

/** Commands about contracts; they need no server. */
export type ContractCommand =
  | {
    readonly kind: "contract_check";
    /** Projects and contract files, at least one. */
    readonly paths: readonly string[];
  }
  | {
    readonly kind: "contract_build";
    readonly dir: string;
    /** Undefined: the usual place inside the project. */
    readonly out: string | undefined;
  }
  | { readonly kind: "contract_digest"; readonly file: string }
  | { readonly kind: "contract_canonical"; readonly file: string };

/** Commands about what a deployment asks for and what it may have. */
export type AuthorityCommand =
  | {
    readonly kind: "authority_plan_list";
    readonly deployment: string;
    readonly state: PlanState;
  }
  | {
    readonly kind: "authority_plan_show";
    readonly deployment: string;
    readonly planId: string;
  }
  | {
    readonly kind: "authority_accept_update";
    readonly deployment: string;
    readonly planId: string;
    /** Decide only if the desired state still has this version. */
    readonly expectedDesiredVersion: number | undefined;
    readonly reason: string | undefined;
  }
  | {
    readonly kind: "authority_accept_migration";
    readonly deployment: string;
    readonly planId: string;
    /** What the reviewer confirms in writing; never empty. */
    readonly acknowledgement: string;
    readonly expectedDesiredVersion: number | undefined;
  }
  | {
    readonly kind: "authority_reject";
    readonly deployment: string;
    readonly planId: string;
    /** Never empty. */
    readonly reason: string;
    readonly expectedDesiredVersion: number | undefined;
  }
  | { readonly kind: "authority_reconcile"; readonly deployment: string }
  | { readonly kind: "authority_show"; readonly deployment: string }
  | { readonly kind: "authority_history"; readonly deployment: string };

/** Commands that use what a service offers. */
export type DataCommand =
  | {
    readonly kind: "call";
    /** Declared name, as `Orders.Create`. */
    readonly rpc: string;
    /** Undefined: the empty input. */
    readonly input: JsonSource | undefined;
    /** Undefined: the timeout of the runtime. */
    readonly timeoutMs: number | undefined;
  }
  | {
    readonly kind: "kv_ls";
    readonly service: string;
    readonly alias: string;
    readonly filter: string | undefined;
    readonly limit: number;
    readonly offset: number;
  }
  | {
    readonly kind: "kv_get";
    readonly service: string;
    readonly alias: string;
    readonly key: string;
  }
  | {
    readonly kind: "kv_put";
    readonly service: string;
    readonly alias: string;
    readonly key: string;
    readonly value: JsonSource;
    /** Opaque; write only if the key still has it. */
    readonly expectedRevision: string | undefined;
  }
  | {
    readonly kind: "kv_watch";
    readonly service: string;
    readonly alias: string;
    readonly filter: string | undefined;
  };
