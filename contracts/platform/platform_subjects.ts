/** Trellis' own contracts, which nobody has to accept. Written down, because connecting takes no loading of them. */
export const PLATFORM_IDS: ReadonlySet<string> = new Set([
  "trellis.core@v1",
  "trellis.auth@v1",
  "trellis.state@v1",
]);

/**
 * Subjects that Trellis itself serves: a service that were accepted for one of them would receive what others
 * send to Trellis, as their state. Written down, because deciding takes no loading of the contracts.
 */
export const PLATFORM_SUBJECTS: ReadonlySet<string> = new Set([
  "Trellis.Catalog",
  "Auth.Sessions.Me",
  "Auth.Sessions.Logout",
  "Auth.Sessions.List",
  "Auth.Sessions.Revoke",
  "Auth.Sessions.Disconnect",
  "Auth.Sessions.Contract",
  "Auth.Capabilities.List",
  "State.Get",
  "State.Put",
  "State.Delete",
  "State.List",
  "State.Admin.Get",
  "State.Admin.Put",
  "State.Admin.Delete",
  "State.Admin.List",
].map((name) => `rpc.v1.${name}`));
