/** What happened to a running project, in a sentence; the same on a terminal and in a log. */
export const devEventText = {
  removed: (deployment: string) => `${deployment} stopped: its contract is gone; its data is kept`,
  scanning: (done: number, total: number) => `looking at the data: ${done} of ${total}`,
  complete: (deployments: readonly string[]) =>
    `${deployments.join(", ")} has all that it requires of others`,
  restarted: (deployment: string) => `${deployment} answers again`,
  disconnected: (server: string) =>
    `the NATS server at ${server} cannot be reached; it is tried again`,
  reconnected: (server: string) => `the NATS server at ${server} is reached again`,
} as const;
