import type { PageEnv } from "../pages/page_env.ts";
import type { Visitor } from "./visitor.ts";

/** What a request of the Console brings beside itself. */
export interface ConsoleEnv extends PageEnv {
  readonly Variables: {
    /** Who has sent it; there is one behind every page but those of the login. */
    readonly visitor: Visitor;
  };
}
