import type { ContractProblem, DiscoveredContract } from "../../contracts/discovery/discovery.ts";
import type { Plan, ResourceProblem } from "../../reconcile/records/authority_record.ts";
import type { FoundServer } from "../nats_server/find_or_start.ts";
import type { ReconcileEvent } from "../../reconcile/upkeep/reconcile_event.ts";
import type { TypeProblem } from "../type_check/type_checker.ts";
import type { WorkerFailure } from "../workers/worker_protocol.ts";

/** How one contract stands. */
export interface ContractStatus {
  readonly contract: DiscoveredContract;
  readonly deployment: string;
  /** Version of the accepted state; 0: nothing was accepted; undefined: others decide about it. */
  readonly version: number | undefined;
  /** The plan that waits for a person. */
  readonly pending: Plan | undefined;
  /** Buckets by alias. */
  readonly buckets: Readonly<Record<string, string>>;
  /** Physical names of stores by alias. */
  readonly stores: Readonly<Record<string, string>>;
  readonly problems: readonly ResourceProblem[];
  /** Why the contract was not taken. */
  readonly refusal:
    | {
      readonly message: string;
      readonly hint: string;
      /** The command that the hint speaks of, as the words behind `trellis`. */
      readonly command?: readonly string[] | undefined;
    }
    | undefined;
  /** What it requires of other contracts and is not accepted; its service waits for it, or lost it. */
  readonly lacks: ContractStatus["refusal"];
  /** File that serves it; undefined when there is none. */
  readonly module: string | undefined;
  readonly running: boolean;
  /** How many of its instances answer. */
  readonly instances: number;
}

/** Whether something keeps a deployment from being what its contract says. */
export function isTroubled({ refusal, lacks, problems }: ContractStatus): boolean {
  return refusal !== undefined || lacks !== undefined || problems.length > 0;
}

/** Told by a dev session what happens; the terminal and `--json` each show it in their way. */
export interface DevReport {
  /** Something that takes a while began. */
  working(label: string): void;
  /** The NATS server was found. */
  server(server: FoundServer): void;
  /** Where people log in; only where the server is secured. */
  portal(url: string): void;
  /** Where the Console is; on a server that lets in everybody, the link lets its holder in. */
  console(url: string): void;
  /** Where probes ask how this process is. */
  health(url: string): void;
  /** There is nobody who could log in: the link makes whoever has it the first admin. */
  firstAdmin(url: string): void;
  /** Contracts that cannot be taken; empty when all are well. */
  problems(problems: readonly ContractProblem[]): void;
  /** Types are checked: a save is not live before. */
  checkingTypes(): void;
  /** They are not checked any more. */
  checkedTypes(): void;
  /** Files that do not type-check, relative to the project. The code that ran goes on. */
  typeProblems(problems: readonly TypeProblem[]): void;
  /** Everything is up; once. */
  ready(status: readonly ContractStatus[], milliseconds: number): void;
  /** A change is live. */
  reloaded(deployments: readonly string[], files: readonly string[], milliseconds: number): void;
  /** The contract of a deployment is gone; its service was stopped, and its data stays. */
  removed(deployment: string): void;
  /** A plan waits for a person. */
  pending(status: ContractStatus): void;
  /** The data that a change concerns is looked at. */
  scanning(done: number, total: number): void;
  /** Nothing is looked at any more. */
  scanned(): void;
  /** What happens while deployments are reconciled and looked after. */
  reconcile(event: ReconcileEvent): void;
  /** A deployment was reconciled after a decision. */
  reconciled(status: ContractStatus): void;
  /** A contract was refused, a resource is not there, or what it requires of others is not accepted. */
  trouble(status: ContractStatus): void;
  /** Deployments have what they require of others, which they had lacked. */
  complete(deployments: readonly string[]): void;
  /** A service could not be started or ended by itself; `retryMs` when it is tried again. */
  failed(deployment: string, failure: WorkerFailure, oldCodeRuns: boolean, retryMs?: number): void;
  /** A service that had ended answers again. */
  restarted(deployment: string): void;
  /** The NATS server, by its address, cannot be reached any more; it is tried again until it can. */
  disconnected(server: string): void;
  /** It can be reached again. */
  reconnected(server: string): void;
  /** Something else that a person should know. */
  note(text: string): void;
}
