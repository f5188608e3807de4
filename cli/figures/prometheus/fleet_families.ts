import type { FleetFigures } from "../fleet_figures.ts";
import type { Family, Labels, Sample } from "./prometheus_text.ts";

/**
 * What is measured, as Prometheus names it. Labels name what is declared: deployments, RPCs, queues, groups, and codes
 * of errors; never users, sessions, keys or ids.
 */
export function fleetFamilies(figures: FleetFigures): readonly Family[] {
  return [
    ...rpcFamilies(figures),
    ...deploymentFamilies(figures),
    ...queueFamilies(figures),
    ...workFamilies(figures),
    ...hungAndDead(figures),
    gauge(
      "trellis_sessions",
      "Sessions that have not ended, by the kind of who has them: connected, away, or waiting for a person.",
      (figures.sessions ?? []).map(({ kind, state, count }) => sample({ kind, state }, count)),
    ),
    counter(
      "trellis_reconciles_total",
      "Reconciles that this process has ended, by their result.",
      (figures.reconciles ?? []).map(({ deployment, result, count }) =>
        sample({ deployment, result }, count)
      ),
    ),
    gauge(
      "trellis_figures_missing",
      "Parts of these figures that could not be read just now.",
      [sample({}, figures.problems.length)],
    ),
  ];
}

/** What services have answered. */
export function rpcFamilies({ rpcs }: Pick<FleetFigures, "rpcs">): readonly Family[] {
  return [
    counter(
      "trellis_rpc_requests_total",
      "Requests that services have answered.",
      rpcs.map(({ deployment, rpc, requests }) => sample({ deployment, rpc }, requests)),
    ),
    counter(
      "trellis_rpc_errors_total",
      "Requests that were answered with an error, by its code or type.",
      rpcs.flatMap(({ deployment, rpc, errors }) =>
        Object.entries(errors).map(([code, count]) => sample({ deployment, rpc, code }, count))
      ),
    ),
    {
      name: "trellis_rpc_duration_seconds",
      help: "Time from the arrival of a request to its answer.",
      type: "histogram",
      samples: rpcs.map(({ deployment, rpc, latency, processingMs }) => ({
        labels: { deployment, rpc },
        latency,
        sumS: processingMs / 1000,
      })),
    },
  ];
}

function deploymentFamilies({ deployments }: FleetFigures): readonly Family[] {
  return [
    gauge(
      "trellis_instances",
      "Instances of a service that answer.",
      deployments.map(({ deployment, running }) => sample({ deployment }, running)),
    ),
    gauge(
      "trellis_deployment_state",
      "1 for the state that a deployment is in.",
      deployments.flatMap(({ deployment, state: now }) =>
        (["reconciled", "pending", "not accepted"] as const).map((state) =>
          sample({ deployment, state: state.replace(" ", "_") }, state === now ? 1 : 0)
        )
      ),
    ),
    gauge(
      "trellis_plan_pending",
      "1 where a plan waits for a decision.",
      deployments.map(({ deployment, hasPlan }) => sample({ deployment }, hasPlan ? 1 : 0)),
    ),
  ];
}

function queueFamilies({ queues, at }: FleetFigures): readonly Family[] {
  const known = queues.flatMap(({ deployment, kind, name, work }) =>
    work === undefined ? [] : [{ labels: { deployment, kind, queue: name }, work }]
  );
  return [
    gauge(
      "trellis_queue_depth",
      "Jobs and operations in a queue: waiting, scheduled for later, or in work.",
      known.flatMap(({ labels, work: { waiting, scheduled, inWork } }) => [
        sample({ ...labels, state: "waiting" }, waiting),
        sample({ ...labels, state: "scheduled" }, scheduled),
        sample({ ...labels, state: "in_work" }, inWork),
      ]),
    ),
    gauge(
      "trellis_queue_oldest_age_seconds",
      "Age of the oldest job or operation that waits or is in work; 0 without any.",
      known.map(({ labels, work }) => sample(labels, ageS(work.oldestAt, at))),
    ),
    gauge(
      "trellis_queue_paused",
      "1 where nothing more is begun.",
      known.map(({ labels, work }) => sample(labels, work.pausedUntil === undefined ? 0 : 1)),
    ),
  ];
}

function workFamilies({ work: all, at }: FleetFigures): readonly Family[] {
  const known = all.flatMap(({ deployment, kind, group, work }) =>
    work === undefined ? [] : [{ labels: { deployment, kind, consumer: group }, work }]
  );
  return [
    gauge(
      "trellis_consumer_lag",
      "Events or changes that a group, projection or relay has not begun with.",
      known.map(({ labels, work }) => sample(labels, work.pending)),
    ),
    gauge(
      "trellis_consumer_in_work",
      "Events or changes in work, or on their way to it.",
      known.map(({ labels, work }) => sample(labels, work.inWork)),
    ),
    gauge(
      "trellis_consumer_retrying",
      "Events that wait for another try.",
      known.map(({ labels, work }) => sample(labels, work.waiting)),
    ),
    gauge(
      "trellis_consumer_oldest_age_seconds",
      "Age of the oldest event that is not settled; 0 without any.",
      known.map(({ labels, work }) => sample(labels, ageS(work.oldestAt, at))),
    ),
  ];
}

function hungAndDead({ queues, work }: FleetFigures): readonly Family[] {
  const all = [...queues, ...work.map(({ group: name, ...rest }) => ({ ...rest, name }))];
  const labelled = all.map(({ deployment, kind, name, dead, hung }) => ({
    labels: { deployment, kind, name },
    dead,
    hung,
  }));
  return [
    gauge(
      "trellis_dead_letters",
      "What was given up, and kept.",
      labelled.map(({ labels, dead }) => sample(labels, dead)),
    ),
    gauge(
      "trellis_hung_handlers",
      "Handlers that run on after their deadline.",
      labelled.map(({ labels, hung }) => sample(labels, hung?.handlers ?? 0)),
    ),
  ];
}

function ageS(since: string | undefined, now: number): number {
  return since === undefined ? 0 : Math.max(0, now - Date.parse(since)) / 1000;
}

/** One figure. */
export function sample(labels: Labels, value: number): Sample {
  return { labels, value };
}

/** Figures that rise and fall. */
export function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: "gauge", samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: "counter", samples };
}
