/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { ValidationIssue } from "../../../contracts/errors/validation_error.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Schema } from "../../../contracts/schema/schema_parts.ts";
import type { Answer, CallFailure } from "../../calls/call_served.ts";
import type { ServedRpc } from "../../calls/served_rpc.ts";
import type { CalledAs } from "../../calls/session_as.ts";
import { adviceText } from "../../program/command_text.ts";
import { printable } from "../../terminal/printable.ts";
import { JsonView } from "../layout/json_view.tsx";
import { Badge, Code, Facts, Section, Table } from "../layout/parts.tsx";
import { declaredMembers, type SchemaMember } from "../layout/schema_members.ts";
import { codeOf, commandOf } from "./call_lines.ts";
import type { FormField, Typed } from "./form_field.ts";
import { FormView } from "./form_view.tsx";

/** What was typed for a call. */
export interface Draft {
  /** How the input is written. */
  readonly mode: "form" | "json";
  readonly field: FormField;
  readonly typed: Typed;
  /** The input as JSON, for the mode `json`. */
  readonly json: string;
  readonly as: string;
  readonly contract: string;
  readonly timeoutMs: string;
  readonly issues: readonly ValidationIssue[];
}

/** What a call has come to. */
export interface Outcome {
  readonly input: JsonValue;
  readonly calledAs: CalledAs | undefined;
  readonly answer: Answer;
  readonly ms: number;
  readonly traceId: string;
  readonly requestId: string;
}

/** Somebody whom a call can be made as, and the contracts that people run. */
export interface Candidates {
  readonly principals: readonly string[];
  readonly contracts: readonly string[];
}

/** What a page of an RPC shows. */
export interface RpcPageProps {
  readonly rpc: ServedRpc;
  readonly deployment: string | undefined;
  readonly draft: Draft;
  /** Undefined before a call. */
  readonly outcome: Outcome | undefined;
  /** Undefined where nobody is checked, and there is nobody else to be. */
  readonly candidates: Candidates | undefined;
}

/** An RPC: a form to call it, what came back, and what its schemas say. */
export function RpcPage({ rpc, deployment, draft, outcome, candidates }: RpcPageProps): VNode {
  const { name, contract, subject, input, output, capabilities, errors, errorData } = rpc;
  return (
    <>
      <Facts
        facts={[
          ["Contract", <code key="contract">{printable(contract)}</code>],
          [
            "Served by",
            deployment === undefined
              ? "Trellis"
              : (
                <a key="served" href={`/services/${encodeURIComponent(deployment)}`}>
                  {printable(deployment)}
                </a>
              ),
          ],
          ["Subject", <code key="subject">{printable(subject)}.&lt;caller&gt;</code>],
          [
            "Callers need",
            capabilities.length === 0 ? "no capability" : printable(capabilities.join(", ")),
          ],
        ]}
      />
      <Section title="Call it">
        <CallForm draft={draft} candidates={candidates} />
      </Section>
      {outcome !== undefined && <OutcomeView name={name} contract={contract} outcome={outcome} />}
      <Section title="Input">
        <SchemaDocs schema={input} caption={`Members of the input of ${printable(name)}`} />
      </Section>
      <Section title="Output">
        <SchemaDocs schema={output} caption={`Members of the output of ${printable(name)}`} />
      </Section>
      <Section title="Errors of its own">
        {errors.length === 0 && <p>It declares none. Every call can fail with those of Trellis.</p>}
        {errors.map((type) => (
          <div key={type}>
            <h3>{printable(type)}</h3>
            <SchemaDocs
              schema={Object.hasOwn(errorData, type) ? errorData[type] ?? true : true}
              caption={`Members of ${printable(type)}`}
            />
          </div>
        ))}
      </Section>
    </>
  );
}

function CallForm(
  { draft, candidates }: Pick<RpcPageProps, "draft" | "candidates">,
): VNode {
  const { mode, field, typed, json, as, contract, timeoutMs, issues } = draft;
  const general = issues.filter(({ path }) => mode === "json" || path === "");
  return (
    <form method="post" class="call">
      <button type="submit" name="do" value="call" class="unseen" tabIndex={-1} aria-hidden="true">
        Call
      </button>
      <input type="hidden" name="mode" value={mode} />
      {general.map(({ path, message }) => (
        <p key={path + message} class="notice problem" role="alert">
          {path === "" ? "" : `${printable(path)} `}
          {printable(message)}
        </p>
      ))}
      {mode === "form"
        ? <FormView field={field} typed={typed} issues={issues} />
        : (
          <div class="field">
            <label for="json">Input as JSON</label>
            <textarea id="json" name="json" rows={12} spellcheck={false}>{json}</textarea>
          </div>
        )}
      <p class="buttons">
        <button type="submit" class="quiet" name="do" value={mode === "form" ? "json" : "form"}>
          {mode === "form" ? "Write it as JSON" : "Fill in a form"}
        </button>
        <button type="submit" class="quiet" name="do" value="example">Fill in an example</button>
      </p>
      <details open={as !== "" || contract !== ""}>
        <summary>As whom, and for how long</summary>
        {candidates !== undefined && (
          <>
            <div class="field">
              <label for="as">As (you, unless somebody is named)</label>
              <input id="as" name="as" value={as} list="principals" autocomplete="off" />
              <datalist id="principals">
                {candidates.principals.map((name) => <option key={name} value={name} />)}
              </datalist>
              <p class="second">
                A session of one minute is opened in their place, and the audit tells that you did.
                They may do in it exactly what they may do.
              </p>
            </div>
            <div class="field">
              <label for="contract">Contract that they run (optional)</label>
              <input id="contract" name="contract" value={contract} list="contracts" />
              <datalist id="contracts">
                {candidates.contracts.map((id) => <option key={id} value={id} />)}
              </datalist>
            </div>
          </>
        )}
        <div class="field">
          <label for="timeout">Milliseconds to wait</label>
          <input id="timeout" name="timeout" inputMode="numeric" value={timeoutMs} />
        </div>
      </details>
      <p class="buttons">
        <button type="submit" name="do" value="call">Call</button>
      </p>
    </form>
  );
}

function OutcomeView(
  { name, contract, outcome }: {
    readonly name: string;
    readonly contract: string;
    readonly outcome: Outcome;
  },
): VNode {
  const { answer, ms, traceId, requestId, input, calledAs } = outcome;
  return (
    <Section title="Answer" id="answer">
      <p role="status">
        {answer.kind === "value"
          ? <Badge tone="good">answered</Badge>
          : <Badge tone="danger">{printable(answer.error.code)}</Badge>} in{" "}
        {ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms as{" "}
        {calledAs === undefined ? "yourself" : printable(calledAs.as)}
      </p>
      {answer.kind === "value"
        ? <JsonView value={answer.value} />
        : <FailureView failure={answer.error} />}
      <Facts
        facts={[
          ["Trace", <a key="trace" href={`/live/${traceId}`}>{traceId}</a>],
          ["Request", <code key="request">{requestId}</code>],
        ]}
      />
      <h3>In a terminal</h3>
      <Code>{printable(commandOf(name, input, calledAs))}</Code>
      <h3>In TypeScript</h3>
      <Code>{printable(codeOf(name, contract, input), { lines: true })}</Code>
    </Section>
  );
}

function FailureView({ failure }: { readonly failure: CallFailure }): VNode {
  const { message, transport, issues, payload } = failure;
  const advice = transport && adviceText(transport);
  return (
    <>
      <p class="notice problem">{printable(message)}</p>
      {advice !== undefined && <p>{printable(advice)}</p>}
      {issues.length > 0 && (
        <ul>
          {issues.map(({ path, message }) => (
            <li key={path + message}>
              <code>{printable(path === "" ? "/" : path)}</code> {printable(message)}
            </li>
          ))}
        </ul>
      )}
      {payload !== undefined && <JsonView value={payload} />}
    </>
  );
}

function SchemaDocs(
  { schema, caption }: { readonly schema: Schema; readonly caption: string },
): VNode {
  const members = declaredMembers(schema);
  const about = ({ title, description }: SchemaMember) => description ?? title ?? "";
  return (
    <Table
      caption={caption}
      rows={members}
      keyOf={({ path }) => path}
      empty="It has no members."
      columns={[
        {
          heading: "Member",
          cell: ({ path }) => <code>{printable(path === "" ? "the whole value" : path)}</code>,
        },
        {
          heading: "Type",
          cell: ({ type = "any", isRequired }) =>
            `${printable(type)}${isRequired ? "" : ", optional"}`,
        },
        ...(members.some((member) => about(member) !== "")
          ? [{ heading: "About", cell: (member: SchemaMember) => printable(about(member)) }]
          : []),
      ]}
    />
  );
}
