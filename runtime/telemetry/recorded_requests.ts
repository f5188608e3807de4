import type { IncomingRequest } from "../rpc/messaging.ts";
import type { RequestWatch, WatchedRequest } from "../rpc/request_watch.ts";
import { servedActivity } from "./activity.ts";
import type { Recorder, Recording, Telemetry } from "./telemetry.ts";

/** Records the requests that a service answers, and has those who watch told of them as well. */
export class RecordedRequests implements RequestWatch {
  readonly #telemetry: Pick<Telemetry, "recorder">;
  readonly #watch: RequestWatch;
  readonly #recorders = new Map<string, Recorder>();

  /** @param watch is told of the same requests */
  constructor(telemetry: Pick<Telemetry, "recorder">, watch: RequestWatch) {
    this.#telemetry = telemetry;
    this.#watch = watch;
  }

  /** A request has arrived. */
  begin(request: IncomingRequest, name: string): WatchedRequest {
    const recording = this.#recorder(request.subject, name).begin(request.traceparent, {
      "trellis.request.id": request.requestId,
    });
    const watched = this.#watch.begin(request, name, recording.traceparent);
    return new RecordedRequest(recording, watched);
  }

  #recorder(subjectOfCaller: string, name: string): Recorder {
    const subject = subjectOfCaller.slice(0, subjectOfCaller.lastIndexOf("."));
    const known = this.#recorders.get(subject);
    if (known !== undefined) return known;
    const recorder = this.#telemetry.recorder(servedActivity({ name, subject }));
    this.#recorders.set(subject, recorder);
    return recorder;
  }
}

class RecordedRequest implements WatchedRequest {
  readonly #recording: Recording;
  readonly #watched: WatchedRequest | undefined;

  constructor(recording: Recording, watched: WatchedRequest | undefined) {
    this.#recording = recording;
    this.#watched = watched;
  }

  get span(): string | undefined {
    return this.#watched?.span;
  }

  get traceparent(): string {
    return this.#recording.traceparent;
  }

  run(work: () => void): void {
    this.#recording.run(work);
  }

  end(code: string, text: string): void {
    this.#recording.end(code === "ok" ? undefined : code);
    this.#watched?.end(code, text);
  }
}
