-- AlterTable
ALTER TABLE "outbound_message" ADD COLUMN     "settles_at" TIMESTAMPTZ(3);
