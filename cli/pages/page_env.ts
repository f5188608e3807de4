/** What a request of a page brings beside itself. */
export interface PageEnv {
  readonly Bindings: {
    /** Where it comes from. */
    readonly address: string;
  };
}
