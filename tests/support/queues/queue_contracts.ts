/** A contract whose queues and operations a test chooses. */
import { Type } from "@sinclair/typebox";
import type { Contract } from "../../../contracts/define/contract.ts";
import type {
  JobDeclaration,
  OperationWork,
  ServiceBody,
} from "../../../contracts/define/declaration.ts";
import { defineServiceContract } from "../../../contracts/define/define.ts";

/** What is queued, unless a test says otherwise. */
export const Mail = Type.Object({
  to: Type.String(),
  tenantId: Type.Optional(Type.String()),
});

/** The same with something that not all have that wait. */
export const StrictMail = Type.Object({
  to: Type.String(),
  tenantId: Type.Optional(Type.String()),
  locale: Type.String(),
});

/** What a test says of a queue; schemas are named: `Mail`, `StrictMail`. */
export type JobPatch = Partial<Omit<JobDeclaration, "payload" | "acceptedVersions">> & {
  readonly payload?: string;
  readonly acceptedVersions?: Readonly<Record<string, string>>;
};

/** A service with queues, and with operations by name. */
export function mailContract(
  jobs: Readonly<Record<string, JobPatch>>,
  operations: Readonly<Record<string, OperationWork>> = {},
  more: { readonly input?: "Mail" | "StrictMail" } = {},
): Contract<ServiceBody> {
  return defineServiceContract({ schemas: { Mail, StrictMail } }, (ref): ServiceBody => {
    const schema = (name: string) => ref.schema(name === "StrictMail" ? "StrictMail" : "Mail");
    return {
      id: "mail@v1",
      displayName: "Mail",
      description: "Sends mail.",
      jobs: Object.fromEntries(
        Object.entries(jobs).map(([name, { payload = "Mail", acceptedVersions, ...job }]) => [
          name,
          {
            ...job,
            payload: schema(payload),
            ...(acceptedVersions === undefined ? {} : {
              acceptedVersions: Object.fromEntries(
                Object.entries(acceptedVersions).map(([version, of]) => [version, schema(of)]),
              ),
            }),
          },
        ]),
      ),
      operations: Object.fromEntries(
        Object.entries(operations).map(([name, work]) => [name, {
          version: "v1" as const,
          input: schema(more.input ?? "Mail"),
          output: ref.schema("Mail"),
          work,
        }]),
      ),
    };
  });
}
