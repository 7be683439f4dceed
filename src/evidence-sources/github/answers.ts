import { z } from "zod";

/** Only the fields that are used; everything else that GitHub sends is ignored. */
const User = z.object({ login: z.string() }).nullish();

export const Deployments = z.array(
  z.object({
    id: z.number(),
    sha: z.string(),
    ref: z.string(),
    environment: z.string(),
    production_environment: z.boolean().optional(),
    description: z.string().nullish(),
    created_at: z.string(),
    creator: User,
  }),
);
export type Deployment = z.infer<typeof Deployments>[number];

export const Statuses = z.array(
  z.object({
    state: z.string(),
    created_at: z.string(),
    log_url: z.string().optional(),
    target_url: z.string().optional(),
    creator: User,
  }),
);
export type DeploymentStatus = z.infer<typeof Statuses>[number];

export const Comparison = z.object({
  status: z.enum(["diverged", "ahead", "behind", "identical"]),
  html_url: z.string(),
  total_commits: z.number(),
  commits: z.array(z.object({ sha: z.string(), commit: z.object({ message: z.string() }) })),
  files: z.array(z.object({ filename: z.string(), patch: z.string().optional() })).optional(),
});
export type Comparison = z.infer<typeof Comparison>;

export const Pulls = z.array(
  z.object({
    number: z.number(),
    title: z.string(),
    html_url: z.string(),
    merged_at: z.string().nullish(),
    merge_commit_sha: z.string().nullish(),
    user: User,
  }),
);
export type Pull = z.infer<typeof Pulls>[number];
