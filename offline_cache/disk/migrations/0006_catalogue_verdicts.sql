-- What became of a version at this terminal: the application takes or refuses it, and the centre is told once.
-- `former` is what was active before the newest version came: a refused one gives its place back.

ALTER TABLE catalogue_version ADD COLUMN verdict TEXT NOT NULL DEFAULT '' CHECK (verdict IN ('', 'taken', 'refused'));
ALTER TABLE catalogue_version ADD COLUMN reported INTEGER NOT NULL DEFAULT 0 CHECK (reported IN (0, 1));
ALTER TABLE catalogue_state ADD COLUMN former INTEGER;
