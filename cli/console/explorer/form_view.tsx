/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { ValidationIssue } from "../../../contracts/errors/validation_error.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { printable } from "../../terminal/printable.ts";
import { Badge } from "../layout/parts.tsx";
import { countName, type FormField, MOST_ITEMS, type Typed } from "./form_field.ts";

/** What a form shows. */
interface FormProps {
  readonly field: FormField;
  readonly typed: Typed;
  /** What is wrong with what was typed, by place. */
  readonly issues: readonly ValidationIssue[];
}

/** The controls for a value. Buttons that change a list send the form, and nothing of it is lost. */
export function FormView(props: FormProps): VNode {
  const { field } = props;
  switch (field.kind) {
    case "group":
      if (field.path === "") {
        return (
          <>
            {field.fields.length === 0 && <p class="faint">It takes no input.</p>}
            <Members {...props} fields={field.fields} />
          </>
        );
      }
      return (
        <fieldset>
          <legend>{named(field)}</legend>
          <About field={field} />
          <Problems {...props} />
          <Members {...props} fields={field.fields} />
        </fieldset>
      );
    case "list":
      return (
        <fieldset>
          <legend>{named(field)}</legend>
          <About field={field} />
          <Problems {...props} />
          <input type="hidden" name={countName(field.path)} value={String(field.items.length)} />
          {field.items.map((item, at) => (
            <div key={item.path} class="item">
              <FormView {...props} field={item} />
              <button type="submit" class="quiet" name="remove" value={`${field.path}/${at}`}>
                Remove {printable(item.label)}
              </button>
            </div>
          ))}
          {field.items.length < MOST_ITEMS && (
            <button type="submit" class="quiet" name="add" value={field.path}>
              Add to {printable(field.label)}
            </button>
          )}
        </fieldset>
      );
    default:
      return <Control {...props} field={field} />;
  }
}

function Members(
  { fields, typed, issues }: FormProps & { readonly fields: readonly FormField[] },
): VNode {
  return (
    <>
      {fields.map((member) => (
        <FormView key={member.path} field={member} typed={typed} issues={issues} />
      ))}
    </>
  );
}

type LeafField = Exclude<FormField, { readonly kind: "group" | "list" }>;

function Control(props: FormProps & { readonly field: LeafField }): VNode {
  const { field, typed, issues } = props;
  const { path, isRequired } = field;
  const id = `field-${path}`;
  const isWrong = issues.some((issue) => issue.path === path);
  const common = {
    id,
    name: path,
    "aria-invalid": isWrong ? true : undefined,
    "aria-describedby": `about-${path}`,
  } as const;
  const text = typed.get(path) ?? "";
  return (
    <div class="field">
      <label for={id}>{named(field)}</label>
      {field.kind === "choice"
        ? (
          <select {...common}>
            {(!isRequired || text === "") && <option value="">not given</option>}
            {field.choices.map((choice) => {
              const value = JSON.stringify(choice);
              return (
                <option key={value} value={value} selected={value === text}>
                  {choiceText(choice)}
                </option>
              );
            })}
          </select>
        )
        : field.kind === "json" || (field.kind === "text" && (field.isLong || text.includes("\n")))
        ? (
          <textarea {...common} rows={field.kind === "json" ? 6 : 3} spellcheck={false}>
            {text}
          </textarea>
        )
        : (
          <input
            {...common}
            type="text"
            inputMode={field.kind === "number" ? field.isWhole ? "numeric" : "decimal" : undefined}
            value={text}
            autocomplete="off"
            spellcheck={false}
          />
        )}
      <div id={`about-${path}`}>
        <About field={field} />
        <Problems {...props} />
      </div>
    </div>
  );
}

function About({ field }: { readonly field: FormField }): VNode | null {
  const kind = KINDS[field.kind];
  const format = field.kind === "text" ? field.format : undefined;
  const words = [
    field.description === undefined ? undefined : printable(field.description),
    format === undefined ? kind : `as ${printable(format)}`,
  ].filter((text) => text !== undefined);
  return words.length === 0 ? null : <p class="second">{words.join(" · ")}</p>;
}

const KINDS: Readonly<Record<FormField["kind"], string | undefined>> = {
  text: undefined,
  number: "a number",
  choice: undefined,
  group: undefined,
  list: undefined,
  json: "written as JSON",
};

function Problems({ field, issues }: FormProps): VNode {
  const own = issues.filter(({ path }) => path === field.path);
  return (
    <>
      {own.map(({ message }) => (
        <p key={message} role="alert">
          <Badge tone="danger">{printable(message)}</Badge>
        </p>
      ))}
    </>
  );
}

function named({ label, isRequired }: FormField): string {
  return isRequired ? printable(label) : `${printable(label)} (optional)`;
}

function choiceText(choice: JsonValue): string {
  return printable(typeof choice === "string" ? choice : JSON.stringify(choice));
}
