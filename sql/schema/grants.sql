-- Schemas can be entered by everybody, because event triggers do what they do as whoever issues the DDL. What may be executed there stands next to
-- each function, and what may be read next to each table.
grant usage on schema ai_private, ai to public;
