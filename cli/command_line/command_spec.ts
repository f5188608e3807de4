import type { CommandContext } from "../program/command_context.ts";
import type { ExitCode } from "../program/exit_code.ts";
import type { ValueType } from "./value_type.ts";

/** A place on the command line that is known by its position. */
export interface Argument<
  Name extends string = string,
  T = unknown,
  Mode extends ArgumentMode = ArgumentMode,
> {
  readonly name: Name;
  readonly type: ValueType<T>;
  readonly mode: Mode;
  readonly description: string;
}

type ArgumentMode = "required" | "optional" | "many";

/** A place on the command line that is known by its name. */
export interface Option<T = unknown, Mode extends OptionMode = OptionMode> {
  /** Undefined: a flag. */
  readonly type: ValueType<T> | undefined;
  readonly mode: Mode;
  readonly description: string;
  /** The value when the option is left out and `mode` is `default`. */
  readonly fallback?: T;
}

type OptionMode = "flag" | "required" | "optional" | "default" | "many";

/** Words and arguments of a command in their order; those after the last word are its operands. */
export type CommandPath = readonly (string | Argument)[];

/** Options by the camelCase name of their value; `expectedRevision` is `--expected-revision`. */
export type Options = Readonly<Record<string, Option>>;

/** `{ planId: string; … }`, from the arguments of a path. */
export type ArgumentValues<P extends CommandPath> = {
  readonly [A in Extract<P[number], Argument> as A["name"]]: A extends
    Argument<string, infer T, infer M>
    ? M extends "many" ? readonly T[] : M extends "optional" ? T | undefined : T
    : never;
};

/** `{ reason: string | undefined; … }`, from options. */
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T, infer M> ? M extends "flag" ? boolean
    : M extends "optional" ? T | undefined
    : M extends "many" ? readonly T[]
    : T
    : never;
};

/** Runs a command with the values of its arguments and options. */
export type RunCommand<Values> = (
  values: Values,
  context: CommandContext,
) => Promise<ExitCode>;

/** Everything about a command: parsing, help and completion read it, and it can be run. */
export interface CommandSpec {
  readonly path: CommandPath;
  readonly options: Options;
  /** One line for lists, without a full stop. */
  readonly summary: string;
  /** More for the command's own help; sentences. */
  readonly details: string;
  /** A whole command line. */
  readonly example: string;
  /** How it ends when its command line is wrong, where that is not the usual code. */
  readonly usageExitCode?: ExitCode;
  /** Whether it says what happens in lines of a log where no person reads it; it has the option `logFormat`. */
  readonly isLogged?: boolean;
  /** Runs it with values that are valid one by one. */
  readonly run: RunCommand<Readonly<Record<string, unknown>>>;
}

/**
 * Describes a command. `run` sees the values with their types; it imports what it needs when it is
 * called, because starting should be quick.
 */
export function defineCommand<const P extends CommandPath, const O extends Options>(spec: {
  readonly path: P;
  readonly options?: O;
  readonly summary: string;
  readonly details?: string;
  readonly example: string;
  readonly usageExitCode?: ExitCode;
  readonly isLogged?: boolean;
  readonly run: RunCommand<ArgumentValues<P> & OptionValues<O>>;
}): CommandSpec {
  return {
    ...spec,
    options: spec.options ?? {},
    details: spec.details ?? "",
    // The values are read by the very arguments and options that the types come from.
    run: (values, context) => spec.run(values as ArgumentValues<P> & OptionValues<O>, context),
  };
}

/** An argument that has to be there. */
export function argument<const N extends string, T>(
  name: N,
  type: ValueType<T>,
  description: string,
): Argument<N, T, "required"> {
  return { name, type, description, mode: "required" };
}

/** An argument that may be left out. */
export function optionalArgument<const N extends string, T>(
  name: N,
  type: ValueType<T>,
  description: string,
): Argument<N, T, "optional"> {
  return { name, type, description, mode: "optional" };
}

/** Any number of arguments, none included; the last of a path. */
export function manyArguments<const N extends string, T>(
  name: N,
  type: ValueType<T>,
  description: string,
): Argument<N, T, "many"> {
  return { name, type, description, mode: "many" };
}

/** An option that is there or not. */
export function flag(description: string): Option<never, "flag"> {
  return { type: undefined, description, mode: "flag" };
}

/** An option with a value that may be left out. */
export function option<T>(type: ValueType<T>, description: string): Option<T, "optional"> {
  return { type, description, mode: "optional" };
}

/** An option with a value that has to be there. */
export function requiredOption<T>(type: ValueType<T>, description: string): Option<T, "required"> {
  return { type, description, mode: "required" };
}

/** An option with a value that stands for itself when left out; `fallback` is shown in help. */
export function optionOr<T>(
  type: ValueType<T>,
  fallback: NoInfer<T>,
  description: string,
): Option<T, "default"> {
  return { type, description, mode: "default", fallback };
}

/** An option with a value that may be given any number of times, none included. */
export function manyOption<T>(type: ValueType<T>, description: string): Option<T, "many"> {
  return { type, description, mode: "many" };
}

/** `expectedRevision` -> `--expected-revision`. */
export function optionName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
