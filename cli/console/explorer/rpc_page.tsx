/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Answer, CallFailure } from "../../calls/call_served.ts";
import type { ServedRpc } from "../../calls/served_rpc.ts";
import type { CalledAs } from "../../calls/session_as.ts";
import { adviceText } from "../../program/command_text.ts";
import { printable } from "../../terminal/printable.ts";
import { JsonView } from "../layout/json_view.tsx";
import { Badge, Code, Facts, Section } from "../layout/parts.tsx";
import { transferText } from "../layout/transfer_text.ts";
import { CallForm } from "./call_form.tsx";
import { codeOf, commandOf, receiveCommand } from "./call_lines.ts";
import type { Draft } from "./read_draft.ts";
import { SchemaDocs } from "./schema_docs.tsx";

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
  const { name, contract, subject, input, output, capabilities, errors, errorData, transfer } = rpc;
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
          ["Files", printable(transferText(transfer))],
        ]}
      />
      <Section title="Call it">
        <CallForm draft={draft} verb="Call">
          <CallerForm draft={draft} candidates={candidates} />
        </CallForm>
      </Section>
      {outcome !== undefined && <OutcomeView rpc={rpc} outcome={outcome} />}
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

/** As whom a call is made, and how long it waits. */
function CallerForm(
  { draft: { as, contract, timeoutMs }, candidates }: Pick<RpcPageProps, "draft" | "candidates">,
): VNode {
  return (
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
  );
}

function OutcomeView(
  { rpc: { name, contract, transfer }, outcome }: {
    readonly rpc: ServedRpc;
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
      {transfer !== undefined && <Code>{printable(receiveCommand(name, input))}</Code>}
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
