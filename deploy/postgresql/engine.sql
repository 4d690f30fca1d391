-- Run once, when the volume of PostgreSQL is new; the gateway's database is made by POSTGRES_DB. An older volume:
-- docker compose -f deploy/compose.yml exec postgresql psql -U uwallet -d gateway -c 'CREATE DATABASE engine'
CREATE DATABASE engine;
