import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { failpoint } from "../../../platform/failpoint.ts";
import { slackFetch } from "../client.ts";
import { type CallFailure, classify } from "./slack-errors.ts";

const UPLOAD_TIMEOUT_MS = 10_000;
const Begun = z.object({ upload_url: z.url(), file_id: z.string().min(1) });

export type Uploaded =
  | { readonly status: "uploaded"; readonly fileId: string }
  | { readonly status: "failed"; readonly failure: CallFailure };

/** Brings a picture to a workspace without showing it anywhere: messages then name it by its id. One try, bounded in time. */
export async function uploadPicture(
  client: WebClient,
  picture: { readonly png: Uint8Array; readonly filename: string; readonly alt: string; readonly title: string },
  signal: AbortSignal,
): Promise<Uploaded> {
  try {
    const { png, filename, alt, title } = picture;
    failpoint("slack.before-upload");
    const answer = await client.files.getUploadURLExternal({ filename, length: png.byteLength, alt_text: alt });
    const { upload_url: url, file_id: fileId } = Begun.parse(answer);
    const response = await slackFetch(client.slackApiUrl, UPLOAD_TIMEOUT_MS)(url, {
      method: "POST",
      headers: { "content-type": "image/png" },
      body: Buffer.from(png),
      signal,
    });
    if (!response.ok) {
      return {
        status: "failed",
        failure: { kind: "unknown", detail: `HTTP ${response.status} for the picture`, isOver: true },
      };
    }
    await client.files.completeUploadExternal({ files: [{ id: fileId, title }] });
    failpoint("slack.after-upload");
    return { status: "uploaded", fileId };
  } catch (error) {
    return { status: "failed", failure: classify(error) };
  }
}
