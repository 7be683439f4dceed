-- CreateIndex
CREATE INDEX "alert_fact_tenant_incident_id_idx" ON "alert_fact"("tenant", "incident_id");

-- CreateIndex
CREATE INDEX "note_tenant_incident_id_idx" ON "note"("tenant", "incident_id");

-- CreateIndex
CREATE INDEX "vote_tenant_incident_id_idx" ON "vote"("tenant", "incident_id");
