/** The topics of the Console, in the order of its navigation. */
export const NAVIGATION = [
  { name: "services", text: "Services", href: "/services" },
  { name: "people", text: "People", href: "/people" },
  { name: "resources", text: "Resources", href: "/resources" },
  { name: "events", text: "Events", href: "/events" },
  { name: "jobs", text: "Jobs", href: "/jobs" },
  { name: "explorer", text: "Explorer", href: "/explorer" },
  { name: "live", text: "Live", href: "/live" },
] as const;

/** A topic of the Console. */
export type Topic = (typeof NAVIGATION)[number]["name"];
