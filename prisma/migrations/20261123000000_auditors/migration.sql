ALTER TYPE "role" ADD VALUE 'auditor' BEFORE 'admin';
