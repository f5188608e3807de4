import { contend } from "./contender.ts";
import { ORDER } from "./order.ts";
import { importPeer } from "./peers.ts";

interface Common {
  Controller(): ClassDecorator;
  Module(parts: object): ClassDecorator;
}

interface Core {
  readonly NestFactory: {
    createMicroservice(module: object, options: object): Promise<{ listen(): Promise<void> }>;
  };
}

interface Microservices {
  readonly Transport: { readonly NATS: number };
  readonly ClientProxyFactory: {
    create(options: object): {
      connect(): Promise<unknown>;
      send(pattern: string, data: object): object;
    };
  };
  MessagePattern(pattern: string): MethodDecorator;
}

interface Rxjs {
  firstValueFrom(observable: object): Promise<unknown>;
}

const [server] = Deno.args;
await importPeer("reflect-metadata");
const { Controller, Module } = await importPeer<Common>("@nestjs/common");
const { NestFactory } = await importPeer<Core>("@nestjs/core");
const { ClientProxyFactory, MessagePattern, Transport } = await importPeer<Microservices>(
  "@nestjs/microservices",
);
const { firstValueFrom } = await importPeer<Rxjs>("rxjs");

class Orders {
  echo(order: unknown): unknown {
    return order;
  }
}
class Application {}
// What the decorators would do; this file is compiled without them.
const echo = Object.getOwnPropertyDescriptor(Orders.prototype, "echo") ?? {};
MessagePattern("nest.echo")(Orders.prototype, "echo", echo);
Controller()(Orders);
Module({ controllers: [Orders] })(Application);

const options = { transport: Transport.NATS, options: { servers: [server] } };
const responder = await NestFactory.createMicroservice(Application, { ...options, logger: false });
await responder.listen();
const client = ClientProxyFactory.create(options);
await client.connect();
await contend(() => firstValueFrom(client.send("nest.echo", ORDER)));
