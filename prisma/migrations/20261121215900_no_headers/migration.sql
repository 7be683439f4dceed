-- With some senders a header of a webhook is the secret itself, and nothing reads headers once a webhook is stored: what is
-- stored of them goes. The version before goes on sending them until its last process has stopped; the trigger drops them.

CREATE FUNCTION "inbox_no_headers"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.headers := '{}';
    RETURN NEW;
END
$$;

CREATE TRIGGER "inbox_no_headers" BEFORE INSERT ON "inbox" FOR EACH ROW WHEN (NEW.headers <> '{}')
EXECUTE FUNCTION "inbox_no_headers"();

-- Only rows that have some: those past their retention were emptied before.
UPDATE "inbox" SET headers = '{}' WHERE headers <> '{}';
