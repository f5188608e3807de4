import type { Result } from "../../contracts/result.ts";
import { isErr, ok } from "../../contracts/result.ts";
import type { AuditEvent } from "../../reconcile/audit/audit_entry.ts";
import type { AuditLog } from "../../reconcile/audit/audit_log.ts";
import { openAudit } from "../../reconcile/nats/open_audit.ts";
import type { AuthorityError } from "../../reconcile/records/authority_error.ts";
import { resourceKey, type ResourceKind } from "../../reconcile/resources/kinds.ts";
import { isSecured } from "../../runtime/nats/connection.ts";
import type { Connected } from "./connect_command.ts";

/** A person who changes data, and their connection. */
export interface DataEditor extends Pick<Connected, "messaging" | "signer"> {
  /** Who it is, as the audit history writes them. */
  readonly by: string;
}

/** Whose data it is. */
export interface DataPlace {
  readonly deployment: string;
  readonly kind: ResourceKind;
  readonly alias: string;
}

/** What a person is about to do with a key. */
export interface DataChange {
  readonly action: "written" | "deleted";
  readonly key: string;
  /** What is stored there now, as `revision 7`; never the value. */
  readonly replaced?: string;
}

/**
 * Tells the audit history what a person changes of a deployment's data, before they do it: a command that is
 * ended in between leaves an entry too many. A server that checks nobody has no such history.
 */
export class DataAudit {
  readonly #editor: DataEditor;
  readonly #place: DataPlace;
  #log: Promise<Result<AuditLog, AuthorityError>> | undefined;

  /**
   * @param editor who changes
   * @param place whose data
   */
  constructor(editor: DataEditor, place: DataPlace) {
    this.#editor = editor;
    this.#place = place;
  }

  /** Adds an entry; what could not be added must not be done. */
  async note({ action, key, replaced }: DataChange): Promise<Result<void, AuthorityError>> {
    const { messaging: { connection }, signer, by } = this.#editor;
    if (!isSecured(connection)) return ok();
    const log = (await (this.#log ??= openAudit(connection, signer))).take();
    if (isErr(log)) {
      this.#log = undefined;
      return log;
    }
    const { deployment, kind, alias } = this.#place;
    const event: AuditEvent = {
      kind: `${kind}.${action}`,
      by,
      subject: deployment,
      details: {
        resource: resourceKey(kind, alias),
        key,
        ...(replaced === undefined ? {} : { replaced }),
      },
    };
    return (await log.append(event)).map(() => undefined);
  }
}
