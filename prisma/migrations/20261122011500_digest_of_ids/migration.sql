-- Keys are never removed, and an id that a sender chooses may hold anything: its digest does the same work. Events that the
-- version before stores meanwhile keep their ids; told again, they are recognised by the event itself.
UPDATE "inbox" SET dedup_key = 'id:' || encode(sha256(convert_to(substr(dedup_key, 4), 'UTF8')), 'hex')
WHERE source = 'generic' AND dedup_key LIKE 'id:%';
