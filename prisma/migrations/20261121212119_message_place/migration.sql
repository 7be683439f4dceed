-- DropIndex
DROP INDEX "outbound_message_tenant_surface_remote_place_remote_id_idx";

-- CreateIndex
CREATE INDEX "outbound_message_remote_id_remote_place_tenant_surface_idx" ON "outbound_message"("remote_id", "remote_place", "tenant", "surface");
