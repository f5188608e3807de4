import type { Hono } from "hono";
import type { ConsoleEnv } from "../console_env.ts";
import { eventsRoutes } from "../events/events_routes.tsx";
import { explorerRoutes } from "../explorer/explorer_routes.tsx";
import { jobsRoutes } from "../jobs/jobs_routes.tsx";
import { liveRoutes } from "../live/live_routes.tsx";
import type { Topic } from "../layout/navigation.ts";
import { peopleRoutes } from "../people/people_routes.tsx";
import { resourcesRoutes } from "../resources/resources_routes.tsx";
import { servicesRoutes } from "../services/services_routes.tsx";

/** The pages of each topic; they are mounted under `/<topic>`. */
export function topicRoutes(): Readonly<Partial<Record<Topic, Hono<ConsoleEnv>>>> {
  return {
    services: servicesRoutes(),
    people: peopleRoutes(),
    resources: resourcesRoutes(),
    events: eventsRoutes(),
    jobs: jobsRoutes(),
    explorer: explorerRoutes(),
    live: liveRoutes(),
  };
}
