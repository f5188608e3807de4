/** A client of NATS' own library that comes with a file of credentials, as NATS' own tools do. */
import { connect, credsAuthenticator, type NatsConnection } from "@nats-io/transport-deno";

/** Connects with a file of credentials. */
export async function connectWithCreds(servers: string, file: string): Promise<NatsConnection> {
  const authenticator = credsAuthenticator(await Deno.readFile(file));
  return await connect({ servers, authenticator, reconnect: false });
}
