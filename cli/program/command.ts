import type { JsonValue } from "../../contracts/json/json.ts";

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

/** How the difference of two contracts is written. */
export const DIFF_FORMATS = ["text", "json", "github-actions", "junit"] as const;

/** One of {@link DIFF_FORMATS}. */
export type DiffFormat = typeof DIFF_FORMATS[number];

/** The shells that completion works in. */
export const SHELLS = ["bash", "zsh", "fish", "nu", "pwsh"] as const;

/** One of {@link SHELLS}. */
export type Shell = typeof SHELLS[number];

/** Everything that Trellis can be told to do. Directories default to the `--project` option. */
export type Command =
  | ProjectCommand
  | ContractCommand
  | ExplainCommand
  | AuthorityCommand
  | PolicyCommand
  | DataCommand
  | StoreCommand;

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
  | { readonly kind: "contract_canonical"; readonly file: string }
  | {
    readonly kind: "contract_diff";
    /** Contract files, manifests, or digests in the bundle of `project`. */
    readonly old: string;
    readonly now: string;
    readonly project: string;
    readonly format: DiffFormat;
  };

/** Commands about Trellis itself. */
export interface ExplainCommand {
  readonly kind: "explain";
  /** Undefined: all of them. */
  readonly code: string | undefined;
}

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
    /** Look at the data now, instead of showing what was found when the plan was made. */
    readonly scan: boolean;
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
    /** Retired resources whose data is deleted, as `kv/orders`, or `all`. */
    readonly deleteData: readonly string[] | undefined;
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
  | { readonly kind: "authority_history"; readonly deployment: string }
  | {
    readonly kind: "authority_rollback";
    readonly deployment: string;
    readonly version: number;
  }
  | {
    readonly kind: "authority_delete_data";
    readonly deployment: string;
    /** As `kv/orders`. */
    readonly resource: string;
  }
  | {
    readonly kind: "authority_verify";
    /** Undefined: every deployment. */
    readonly deployment: string | undefined;
    /** A hash that the history has to contain. */
    readonly expect: string | undefined;
  };

/** Commands about what contracts may ask for at most. */
export type PolicyCommand =
  | { readonly kind: "policy_show" }
  | {
    readonly kind: "policy_set";
    /** Undefined: stays as it is. */
    readonly limits: Readonly<
      Record<
        "maxHistory" | "maxTtlMs" | "maxValueBytes" | "maxTotalBytes" | "maxObjectBytes",
        number | "none" | undefined
      >
    >;
  };

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

/** Commands that use the blob stores of a service. */
export type StoreCommand =
  | {
    readonly kind: "store_ls";
    readonly service: string;
    readonly alias: string;
    readonly prefix: string | undefined;
    readonly limit: number;
    readonly offset: number;
  }
  | {
    readonly kind: "store_get";
    readonly service: string;
    readonly alias: string;
    readonly key: string;
    /** A file, or `-`; undefined: standard output, if it can take the bytes. */
    readonly out: string | undefined;
    /** Replace the file. */
    readonly force: boolean;
  }
  | {
    readonly kind: "store_put";
    readonly service: string;
    readonly alias: string;
    readonly key: string;
    /** A file, or `-`. */
    readonly from: string;
    readonly contentType: string;
    readonly metadata: readonly (readonly [name: string, value: string])[];
    /** Only if the key holds no object. */
    readonly create: boolean;
  }
  | {
    readonly kind: "store_rm";
    readonly service: string;
    readonly alias: string;
    /** At least one. */
    readonly keys: readonly string[];
  }
  | {
    readonly kind: "store_info";
    readonly service: string;
    readonly alias: string;
    /** Undefined: the store as a whole. */
    readonly key: string | undefined;
  };
