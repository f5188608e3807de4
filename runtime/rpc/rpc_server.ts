import type { Contract } from "../../contracts/define/contract.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { errorType } from "../../contracts/errors/error_type.ts";
import { type ErrorClass, TrellisError } from "../../contracts/errors/trellis_error.ts";
import { UnexpectedError } from "../../contracts/errors/unexpected_error.ts";
import { ValidationError } from "../../contracts/errors/validation_error.ts";
import { jsonTextProblem, parseExactJson } from "../../contracts/json/exact_json.ts";
import { traceOf } from "../../contracts/live/trace.ts";
import { isErr, type Result } from "../../contracts/result.ts";
import { QueryRangeError } from "../../contracts/schema/page.ts";
import type { Validator } from "../../contracts/schema/validator.ts";
import type { Caller, CallerContract, RequestContext } from "./request_context.ts";
import { globalCapability } from "../../contracts/manifest/names.ts";
import type { CallerAccess } from "./caller_access.ts";
import { doneWithin } from "../nats/done_within.ts";
import { FleetingMap } from "../nats/fleeting_map.ts";
import type { Log } from "../log.ts";
import { encodeError } from "./error_envelope.ts";
import type { HandedOver } from "./call_options.ts";
import { type CalledSurface, rpcSurface } from "./called_surface.ts";
import type { RequestWatch, WatchedRequest } from "./request_watch.ts";
import { EndpointCounter } from "./endpoint_counter.ts";
import type { IncomingRequest, ServedSubject, ServeSubject } from "./messaging.ts";

/** A handler as the server runs it, whatever its types. */
export type UntypedHandler = (
  input: unknown,
  context: RequestContext & HandedOver,
) => Result<unknown, unknown> | PromiseLike<Result<unknown, unknown>>;

/** How requests are served. */
export interface ServingOptions {
  /** Queue group: the deployment, so that its instances share the load. */
  readonly queue: string | undefined;
  /** Milliseconds after which a caller gets the error that the handler did not answer. */
  readonly handlerTimeoutMs: number;
  /** Requests in work at once; further ones are refused as overloaded. */
  readonly maxInFlight: number;
  readonly log: Log;
  /** Says what callers hold and run; missing where nothing is enforced. */
  readonly access?: CallerAccess;
  /** Follows the requests; missing where nobody may watch. */
  readonly watch?: RequestWatch | undefined;
}

/** One RPC being served. */
export interface ServedRpc {
  readonly name: string;
  readonly subject: string;
  readonly counter: EndpointCounter;
}

interface Served {
  readonly rpc: ServedRpc;
  readonly isAlone: boolean;
  readonly subject: ServedSubject;
}

/** Serves the RPCs of one contract on one connection, and knows what is in work. */
export class RpcServer {
  readonly #serve: ServeSubject;
  readonly #options: ServingOptions;
  readonly #served: Served[] = [];
  readonly #inFlight = new FleetingMap<InFlight, InFlight>();
  #idle: (() => void) | undefined;
  #sweep: ReturnType<typeof setInterval> | undefined;

  /** @param serve serves subjects on the connection */
  constructor(serve: ServeSubject, options: ServingOptions) {
    this.#serve = serve;
    this.#options = options;
  }

  /** What is being served, by all instances alike. */
  get served(): readonly ServedRpc[] {
    return this.#served.flatMap(({ rpc, isAlone }) => isAlone ? [] : [rpc]);
  }

  /** Why the server does not let this session serve one of them; known after a flush. */
  get denied(): TransportError | undefined {
    return this.#served.find(({ subject }) => subject.denied !== undefined)?.subject.denied;
  }

  /** Requests in work. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Starts to serve one RPC of a contract. */
  serve(contract: Contract, name: string, handler: UntypedHandler): void {
    this.serveSurface(contract, rpcSurface(contract, name), handler);
  }

  /**
   * The same for whatever is served in the same way.
   *
   * @param isAlone true for what only this instance serves, as a part of what was asked of it before: it is no
   * request of its own, so it is not reported
   */
  serveSurface(
    contract: Contract,
    { subject: base, ...surface }: CalledSurface,
    handler: UntypedHandler,
    { isAlone }: { readonly isAlone: boolean } = { isAlone: false },
  ): void {
    const { name } = surface;
    const subject = `${base}.*`;
    if (this.#served.some(({ rpc }) => rpc.subject === subject)) {
      throw new TypeError(`${name} has a handler already`);
    }
    const { queue } = this.#options;
    const options = isAlone ? { ...this.#options, watch: undefined } : this.#options;
    const endpoint: Endpoint = {
      ...surface,
      handler,
      counter: new EndpointCounter(name),
      can: (principal, capability) => this.#can(contract, principal, capability),
      contractOf: async (session) => await this.#options.access?.contractOf(session),
    };
    this.#served.push({
      rpc: { name, subject, counter: endpoint.counter },
      isAlone,
      subject: this.#serve(subject, isAlone ? undefined : queue, (request) => {
        if (this.#inFlight.size < options.maxInFlight) this.#answer(request, endpoint, options);
        else refuseOverload(request, endpoint, options.watch?.begin(request, name));
      }),
    });
  }

  async #can(contract: Contract, { kind, id }: Named, capability: string): Promise<boolean> {
    const key = capabilityKey(contract, capability);
    const { access } = this.#options;
    // A token that is nobody's comes from somebody who may do everything.
    if (access === undefined || kind === "anonymous") return true;
    return await access.can({ kind, id }, key);
  }

  /**
   * Takes no more requests and waits for those in work, at most `deadlineMs`.
   *
   * @param onQuiet called when no more are taken
   */
  async drain(deadlineMs: number, onQuiet?: () => void): Promise<{ abandoned: number }> {
    await Promise.all(this.#served.map(({ subject }) => subject.stop()));
    onQuiet?.();
    const idle = new Promise<void>((resolve) => this.#idle = resolve);
    if (this.#inFlight.size > 0) await doneWithin(idle, deadlineMs);
    const abandoned = this.#inFlight.size;
    for (const work of this.#inFlight.values()) {
      work.expire("the service was stopped before the handler answered");
    }
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    return { abandoned };
  }

  #answer(request: IncomingRequest, endpoint: Endpoint, options: ServingOptions): void {
    const work = new InFlight(request, endpoint, options, this.#over);
    this.#inFlight.set(work, work);
    this.#sweep ??= setInterval(() => this.#expire(), SWEEP_MS);
    work.run();
  }

  /** One function for all requests. */
  readonly #over = (work: InFlight): void => {
    this.#inFlight.delete(work);
    if (this.#inFlight.size === 0) this.#idle?.();
  };

  #expire(): void {
    // Not stopped when the last request ends: starting a timer for each costs a tenth of a call.
    if (this.#inFlight.size === 0) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
      return;
    }
    const limit = performance.now() - this.#options.handlerTimeoutMs;
    for (const work of this.#inFlight.values()) {
      // In order of arrival: the first that is young enough ends the sweep.
      if (work.started > limit) return;
      work.expire(`the handler did not answer within ${this.#options.handlerTimeoutMs} ms`);
    }
  }
}

const SWEEP_MS = 250;

interface Endpoint {
  readonly name: string;
  readonly input: Validator;
  readonly output: Validator;
  readonly declared: ReadonlyMap<string, ErrorClass>;
  readonly handler: UntypedHandler;
  readonly counter: EndpointCounter;
  readonly can: (principal: Named, capability: string) => Promise<boolean>;
  readonly contractOf: (session: string) => Promise<CallerContract | undefined>;
}

type Named = Caller["principal"];

/** The global key of a capability that a handler names. */
function capabilityKey({ id, manifest }: Contract, capability: string): string {
  const own = globalCapability(id, capability);
  if (Object.hasOwn(manifest.capabilities ?? {}, own)) return own;
  if (capability.includes("::")) return capability;
  throw new TypeError(`${id} defines no capability ${capability}`);
}

/** One request from its arrival to its one answer. */
class InFlight {
  readonly started = performance.now();
  readonly #request: IncomingRequest;
  readonly #endpoint: Endpoint;
  readonly #options: ServingOptions;
  readonly #over: (work: InFlight) => void;
  /** Missing while nobody watches. */
  readonly #watched: WatchedRequest | undefined;
  #abort: AbortController | undefined;
  #answered = false;

  constructor(
    request: IncomingRequest,
    endpoint: Endpoint,
    options: ServingOptions,
    over: (work: InFlight) => void,
  ) {
    this.#request = request;
    this.#endpoint = endpoint;
    this.#options = options;
    this.#over = over;
    this.#watched = options.watch?.begin(request, endpoint.name);
  }

  run(): void {
    const watched = this.#watched;
    if (watched?.run === undefined) this.#serve();
    else watched.run(() => this.#serve());
  }

  async #serve(): Promise<void> {
    const { name, input, handler } = this.#endpoint;
    const text = this.#request.text();
    if (text === undefined) return this.#unreadable("is not UTF-8 text");
    const value = parseExactJson(text).take();
    if (isErr(value)) return this.#unreadable(jsonTextProblem(value.error));
    if (!input.check(value)) {
      return this.#fail(
        new ValidationError({ subject: `the input of ${name}`, issues: input.issues(value) }),
        400,
      );
    }
    try {
      const result = await handler(value, this.#context());
      this.#conclude(result);
    } catch (cause) {
      if (cause instanceof QueryRangeError) {
        const issues = [{ path: "", message: cause.message }];
        this.#fail(new ValidationError({ subject: `the input of ${name}`, issues, cause }), 400);
      } else this.#unexpected("the handler failed", cause);
    }
  }

  /** Answers for a handler that has not, and aborts its signal. */
  expire(why: string): void {
    if (this.#answered) return;
    const error = this.#unexpectedError();
    this.#options.log.error(`${this.#endpoint.name}: ${why}`, this.#logged());
    this.#fail(error, 504);
    this.#abort?.abort(new DOMException(why, "TimeoutError"));
  }

  #unreadable(message: string): void {
    const subject = `the body of ${this.#endpoint.name}`;
    this.#fail(new ValidationError({ subject, issues: [{ path: "", message }] }), 400);
  }

  #conclude(result: Result<unknown, unknown>): void {
    const { name, output, declared } = this.#endpoint;
    if (result.isOk()) {
      if (output.check(result.value)) return this.#succeed(JSON.stringify(result.value));
      const issue = output.issues(result.value)[0];
      const what = `${issue?.path || "/"} ${issue?.message ?? ""}`;
      return this.#unexpected(`the handler's output does not fit its schema: ${what}`);
    }
    const error: unknown = result.isErr() ? result.error : undefined;
    if (!(error instanceof TrellisError)) {
      return this.#unexpected("the handler returned an error that no contract can declare", error);
    }
    const known = error instanceof ValidationError || error instanceof UnexpectedError ||
      declared.has(error.name);
    if (!known) {
      this.#options.log.warn(`${name}: ${error.name} is not declared`, this.#logged());
    }
    if (error instanceof UnexpectedError) {
      this.#options.log.error(`${name}: ${error.message}`, {
        ...this.#logged(),
        cause: error.cause,
      });
    }
    this.#fail(error, error instanceof UnexpectedError ? 500 : 422);
  }

  #unexpected(what: string, cause?: unknown): void {
    if (!this.#answered) {
      this.#options.log.error(`${this.#endpoint.name}: ${what}`, { ...this.#logged(), cause });
    }
    this.#fail(this.#unexpectedError(), 500);
  }

  #unexpectedError(): UnexpectedError {
    const { requestId } = this.#request;
    const message = `${this.#endpoint.name} failed; its log has the request ${requestId}`;
    return new UnexpectedError({ message, id: requestId });
  }

  #succeed(text: string): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#request.reply(text);
    this.#endpoint.counter.count(performance.now() - this.started);
    this.#watched?.end("ok", text);
    this.#over(this);
  }

  #fail(error: TrellisError<{ type: string; message: string }>, status: number): void {
    if (this.#answered) return;
    // Encoded first: the code of an application's error class may throw, and is answered for then.
    const text = encodeError(error);
    this.#answered = true;
    this.#request.fail(text, status, error.name);
    const code = errorType(error);
    this.#endpoint.counter.count(performance.now() - this.started, {
      code,
      message: error.message,
    });
    this.#watched?.end(code, text);
    this.#over(this);
  }

  #logged(): Readonly<Record<string, unknown>> {
    const { requestId, session, span, traceparent = this.#watched?.traceparent } = this.#request;
    const { trace } = traceOf({ span, traceparent, requestId });
    return { requestId, trace, session };
  }

  #context(): RequestContext & HandedOver {
    const signal = () => (this.#abort ??= new AbortController()).signal;
    return new HandlerContext(this.#request, this.#endpoint, signal, this.#watched);
  }
}

/** A class, because an object literal with an accessor takes half a microsecond to make. */
class HandlerContext implements RequestContext, HandedOver {
  readonly caller: Caller;
  readonly #request: IncomingRequest;
  readonly #watched: WatchedRequest | undefined;
  readonly #signal: () => AbortSignal;

  constructor(
    request: IncomingRequest,
    endpoint: Endpoint,
    signal: () => AbortSignal,
    watched: WatchedRequest | undefined,
  ) {
    this.caller = new HandlerCaller(request, endpoint);
    this.#watched = watched;
    this.#request = request;
    this.#signal = signal;
  }

  get cause(): string {
    return `rpc:${this.requestId}`;
  }

  // Headers are read when they are asked for, which most handlers never do.

  get requestId(): string {
    return this.#request.requestId;
  }

  get traceparent(): string | undefined {
    return this.#watched?.traceparent ?? this.#request.traceparent;
  }

  get tracestate(): string | undefined {
    return this.#request.tracestate;
  }

  get span(): string | undefined {
    return this.#watched?.span;
  }

  /** Made at first use: most handlers never look at it. */
  get signal(): AbortSignal {
    return this.#signal();
  }
}

class HandlerCaller implements Caller {
  readonly session: string;
  readonly principal: Named;
  readonly #request: IncomingRequest;
  readonly #endpoint: Endpoint;

  constructor(request: IncomingRequest, endpoint: Endpoint) {
    this.session = request.session;
    this.principal = request.principal ?? ANONYMOUS;
    this.#request = request;
    this.#endpoint = endpoint;
  }

  get contractDigest(): string | undefined {
    return this.#request.contractDigest;
  }

  can(capability: string): Promise<boolean> {
    return this.#endpoint.can(this.principal, capability);
  }

  contract(): Promise<CallerContract | undefined> {
    return this.#endpoint.contractOf(this.session);
  }
}

const ANONYMOUS = { kind: "anonymous", id: "anonymous" } as const;

function refuseOverload(
  request: IncomingRequest,
  { name, counter }: Endpoint,
  watched: WatchedRequest | undefined,
): void {
  const error = new TransportError({
    message: `${name} has too many requests in work`,
    code: "trellis.rpc.overloaded",
    hint: "try again later, or run more instances of the service",
  });
  const text = encodeError(error);
  request.fail(text, 503, error.name);
  counter.count(0, error);
  watched?.end(error.code, text);
}
