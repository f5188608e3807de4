/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";

/** A field of a form, with its name and what to write there. */
export function Field(
  { name, label, value = "", hint, isRequired = false, most, options }: {
    readonly name: string;
    readonly label: string;
    readonly value?: string | undefined;
    readonly hint?: string;
    readonly isRequired?: boolean;
    /** Most characters. */
    readonly most?: number;
    /** What may be written there, as it is offered. */
    readonly options?: readonly string[];
  },
): VNode {
  const list = options === undefined ? undefined : `${name}-options`;
  return (
    <label>
      {label}
      <input
        name={name}
        value={value}
        required={isRequired}
        maxLength={most}
        list={list}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
      />
      {list !== undefined && (
        <datalist id={list}>
          {options?.map((option) => <option key={option} value={option} />)}
        </datalist>
      )}
      {hint !== undefined && <small>{hint}</small>}
    </label>
  );
}

/** One of several, by its name. */
export function Choice(
  { name, label, value, options }: {
    readonly name: string;
    readonly label: string;
    readonly value?: string | undefined;
    readonly options: readonly { readonly value: string; readonly text: string }[];
  },
): VNode {
  return (
    <label>
      {label}
      <select name={name}>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Something to agree to, or not. */
export function Check(
  { name, label, isChecked = false }: {
    readonly name: string;
    readonly label: string;
    readonly isChecked?: boolean;
  },
): VNode {
  return (
    <label class="choice">
      <input type="checkbox" name={name} value="yes" checked={isChecked} />
      <span>{label}</span>
    </label>
  );
}

/** Looks for something in a list. */
export function Search(
  { action, label, value }: {
    readonly action: string;
    readonly label: string;
    readonly value: string;
  },
): VNode {
  return (
    <form class="filter" role="search" method="get" action={action}>
      <label>
        {label}
        <input name="q" type="search" value={value} autocomplete="off" spellcheck={false} />
      </label>
      <button type="submit" class="quiet">Find</button>
    </form>
  );
}
