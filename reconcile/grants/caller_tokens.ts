/** How a caller is written in subjects. */
export interface CallerTokens {
  /** Last token of the subjects of requests. */
  readonly caller: string;
  /** Names the inbox. */
  readonly session: string;
  /** Who it is: of a service its deployment. */
  readonly principal: string;
}
