/** Insights gives at most this many rows. */
export const MAX_ROWS = 10_000;

const FIELDS = "fields @timestamp, @ingestionTime, @message, @logStream, @log, @ptr";
/** Words of trouble in any case; kept simple, because nothing but AWS can judge a clever query. */
const TROUBLE =
  "filter @message like /(?i)(error|warn|fatal|critical|panic|exception|fail|timeout|timed out|refused|denied|killed|oom|unavailable|[ =:]5[0-9][0-9]\\b)/";

/** Every line, from the beginning of the range on: the first lines of an incident matter most. */
export const EVERYTHING = `${FIELDS} | sort @timestamp asc | limit ${MAX_ROWS}`;
/** Lines that sound like trouble, for ranges with more lines than fit. */
export const TROUBLE_FIRST = `${FIELDS} | ${TROUBLE} | sort @timestamp asc | limit ${MAX_ROWS}`;
/** Trouble as usual, nearest to the incident first. */
export const USUAL_TROUBLE = `${FIELDS} | ${TROUBLE} | sort @timestamp desc | limit ${MAX_ROWS}`;
/** The same for FilterLogEvents, which knows only words with their case. */
export const TROUBLE_PATTERN =
  "?ERROR ?Error ?error ?WARN ?Warn ?warn ?FATAL ?CRITICAL ?panic ?Exception ?exception ?FAIL ?fail ?Fail ?timeout ?refused ?denied ?Killed ?OOM";
