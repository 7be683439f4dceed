-- AlterTable
ALTER TABLE "analysis" ADD COLUMN     "read_at" TIMESTAMPTZ(3);
