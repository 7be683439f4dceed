import { describe, expect, test } from "vitest";
import { readChange } from "./changes.ts";

const repository = { name: "pay", default_branch: "main" };

describe("a change in any form that changes.jsonl may hold", () => {
  test("a successful GitHub deployment status is a deploy", () => {
    const body = {
      deployment_status: { state: "success", created_at: "2026-11-21T01:45:00Z", creator: { login: "ana" } },
      deployment: { sha: "0123456789abcdef", ref: "v2", environment: "production", description: "Second" },
      repository,
    };

    expect(readChange(body)).toMatchObject({
      kind: "change",
      service: "pay",
      atNs: 1795225500000000000n,
      change: { kind: "deploy", status: "deployed", version: "v2", by: "ana", environment: "production" },
    });
  });

  test.each(["pending", "in_progress", "queued", "inactive"])(
    "a deployment that is %s changed nothing yet",
    (state) => {
      const body = {
        deployment_status: { state, created_at: "2026-11-21T01:45:00Z" },
        deployment: { sha: "0123456789abcdef" },
        repository,
      };

      expect(readChange(body)).toBeNull();
    },
  );

  test("a push is merged, never deployed, and names its pull request", () => {
    const body = {
      ref: "refs/heads/main",
      after: "0123456789abcdef",
      pusher: { name: "ana" },
      head_commit: { message: "Faster (#12)\n\nlong", timestamp: "2026-11-21T01:42:00Z", modified: ["a.ts"] },
      repository,
    };

    expect(readChange(body)?.kind).toBe("change");
    expect(readChange(body)).toMatchObject({
      change: {
        kind: "merge",
        status: "merged",
        files: [{ path: "a.ts", diff: [] }],
        pullRequest: { number: 12, title: "Faster (#12)" },
      },
    });
  });

  test("a published release and a PagerDuty change event are deploys", () => {
    const release = {
      action: "published",
      release: { tag_name: "v3", published_at: "2026-11-21T01:45:00Z", author: { login: "ana" } },
      repository,
    };
    const change = {
      payload: {
        summary: "Deployed v3",
        timestamp: "2026-11-21T01:45:00Z",
        custom_details: { service: "pay", version: "v3" },
      },
      links: [{ href: "https://ci.example/3" }],
    };

    expect(readChange(release)).toMatchObject({ service: "pay", change: { kind: "deploy", version: "v3", by: "ana" } });
    expect(readChange(change)).toMatchObject({
      service: "pay",
      change: { version: "v3", url: "https://ci.example/3" },
    });
  });

  test("the plain form keeps kind, previous version and diffs, within bounds", () => {
    const diff = Array.from({ length: 90 }, (_, index) => `+${"x".repeat(900)}${index}`);

    const read = readChange({
      at: "2026-11-21T01:45:00Z",
      service: "pay",
      kind: "flag",
      ref: "new-tax",
      previous: "off",
      files: ["a.ts", { path: "b.yaml", diff }],
    });

    expect(read).toMatchObject({ change: { kind: "flag", version: "new-tax", previousVersion: "off" } });
    const files = read?.kind === "change" ? read.change.files : [];
    expect(files.map((file) => file.diff.length)).toEqual([0, 40]);
    expect(files[1]?.diff[0]).toHaveLength(400);
  });

  test.each([[null], ["text"], [{}], [{ at: "soon", service: "pay" }], [[1]]])("%j is no change", (value) => {
    expect(readChange(value)).toBeNull();
  });
});

test("a step of a rollout keeps which pods are new and how many run which version", () => {
  const step = {
    at: "2026-11-21T01:45:00Z",
    service: "pay",
    kind: "rollout",
    ref: "v2",
    rollout: { newPods: ["pay-b-1"], oldReplicas: 3, newReplicas: 1, completedAt: "2026-11-21T01:45:20Z" },
  };
  expect(readChange(step)).toMatchObject({
    change: {
      kind: "rollout",
      rollout: {
        newPods: ["pay-b-1"],
        removedPods: [],
        oldReplicas: 3,
        newReplicas: 1,
        completedAtMs: Date.parse("2026-11-21T01:45:20Z"),
      },
    },
  });
});
