-- Creates the database roles and grants their privileges. Run it as a superuser in the shop's database:
--
--     psql -v passwords=/var/lib/passwords -f roles.sql
--
-- You can run it again at any time: it sets each role's password from its file in the folder `passwords`, resets
-- all settings of the roles, and grants the privileges below. Other grants stay. PostgreSQL 15 or newer.
--
--     bookstall_owner     owns everything, and cannot log in
--     bookstall_migrator  logs in and acts as the owner, to change the schema
--     bookstall_seeder    writes books and categories, but cannot change the schema
--     bookstall_service   only reads, for the recommendations service

\set ON_ERROR_STOP on
\set QUIET on
\o /dev/null
SET client_min_messages = warning;
-- PostgreSQL logs the statement with an error, and some of these statements hold a password.
SET log_min_error_statement = panic;
SET log_statement = 'none';
SET log_min_duration_statement = -1;

\set migrator_password `cat :'passwords'/bookstall_migrator`
\set seeder_password `cat :'passwords'/bookstall_seeder`
\set service_password `cat :'passwords'/bookstall_service`
SELECT least(length(:'migrator_password'), length(:'seeder_password'), length(:'service_password')) > 0 AS complete \gset
\if :complete
\else
DO $$ BEGIN RAISE EXCEPTION 'a password file is missing or empty'; END $$;
\endif

-- transaction_timeout and MAINTAIN need PostgreSQL 17.
SELECT current_setting('server_version_num')::int >= 170000 AS has_transaction_timeout,
  CASE WHEN current_setting('server_version_num')::int >= 170000 THEN ', MAINTAIN' ELSE '' END AS maintain \gset

BEGIN;
SELECT pg_advisory_xact_lock(hashtext('bookstall roles'));

SELECT format('CREATE ROLE %I', wanted) FROM
  unnest(ARRAY['bookstall_owner', 'bookstall_migrator', 'bookstall_seeder', 'bookstall_service']) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) \gexec

ALTER ROLE bookstall_owner NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE bookstall_migrator LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  CONNECTION LIMIT 12 PASSWORD :'migrator_password';
ALTER ROLE bookstall_seeder LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  CONNECTION LIMIT 12 PASSWORD :'seeder_password';
-- Each process of the service keeps four connections; with several servers, a fifth to the primary.
ALTER ROLE bookstall_service LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  CONNECTION LIMIT 60 PASSWORD :'service_password';

-- PostgreSQL lets a role change its own settings, so reset them: a wrong search_path breaks the shop.
SELECT format('ALTER ROLE %I RESET ALL', rolname), format('ALTER ROLE %I IN DATABASE %I RESET ALL', rolname, :'DBNAME')
FROM unnest(ARRAY['bookstall_owner', 'bookstall_migrator', 'bookstall_seeder', 'bookstall_service']) AS rolname \gexec

-- What the migrator creates belongs to the owner.
GRANT bookstall_owner TO bookstall_migrator;
ALTER ROLE bookstall_migrator SET role = 'bookstall_owner';
ALTER ROLE bookstall_migrator SET lock_timeout = '4s';
ALTER ROLE bookstall_migrator SET idle_in_transaction_session_timeout = '60s';

-- A load is one long transaction, which may wait for its input file.
ALTER ROLE bookstall_seeder SET lock_timeout = '60s';
ALTER ROLE bookstall_seeder SET idle_in_transaction_session_timeout = '10min';

ALTER ROLE bookstall_service SET default_transaction_read_only = on;
ALTER ROLE bookstall_service SET statement_timeout = '2s';
ALTER ROLE bookstall_service SET lock_timeout = '500ms';
ALTER ROLE bookstall_service SET idle_in_transaction_session_timeout = '5s';
-- The service sets these itself, but behind a pooler it cannot.
ALTER ROLE bookstall_service SET jit = off;
ALTER ROLE bookstall_service SET enable_seqscan = off;
\if :has_transaction_timeout
ALTER ROLE bookstall_service SET transaction_timeout = '10s';
\endif

ALTER DATABASE :"DBNAME" OWNER TO bookstall_owner;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO bookstall_migrator, bookstall_seeder, bookstall_service;
-- A load is staged in temporary tables.
GRANT TEMPORARY ON DATABASE :"DBNAME" TO bookstall_seeder;

ALTER SCHEMA public OWNER TO bookstall_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO bookstall_seeder, bookstall_service;

-- All existing tables, and those that later migrations create.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO bookstall_service;
GRANT SELECT, INSERT, UPDATE, DELETE :maintain ON ALL TABLES IN SCHEMA public TO bookstall_seeder;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO bookstall_seeder;
ALTER DEFAULT PRIVILEGES FOR ROLE bookstall_owner IN SCHEMA public GRANT SELECT ON TABLES TO bookstall_service;
ALTER DEFAULT PRIVILEGES FOR ROLE bookstall_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE :maintain ON TABLES TO bookstall_seeder;
ALTER DEFAULT PRIVILEGES FOR ROLE bookstall_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO bookstall_seeder;

-- Only the migrator may write Alembic's version table. It is created here, as Alembic would create it, so that the
-- seeder's default privileges on it can be revoked.
SET LOCAL ROLE bookstall_owner;
CREATE TABLE IF NOT EXISTS public.alembic_version
  (version_num varchar(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY);
REVOKE INSERT, UPDATE, DELETE :maintain ON public.alembic_version FROM bookstall_seeder;
RESET ROLE;

-- By default every role may create large objects, the only way to write without a table.
SELECT format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', oid::regprocedure) FROM pg_proc
WHERE pronamespace = 'pg_catalog'::regnamespace AND proname IN
  ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_put', 'lo_truncate', 'lo_truncate64', 'lo_unlink', 'lowrite')
\gexec
COMMIT;
\o
\echo the roles are as they should be
