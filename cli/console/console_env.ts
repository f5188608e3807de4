import type { Visitor } from "./visitor.ts";

/** What a request of the Console brings beside itself. */
export interface ConsoleEnv {
  readonly Bindings: {
    /** Where it comes from. */
    readonly address: string;
  };
  readonly Variables: {
    /** Who has sent it; there is one behind every page but those of the login. */
    readonly visitor: Visitor;
  };
}
