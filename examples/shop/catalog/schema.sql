CREATE TABLE categories (
    id       INTEGER PRIMARY KEY,
    slug     TEXT NOT NULL UNIQUE,
    name_en  TEXT NOT NULL,
    name_de  TEXT NOT NULL,
    blurb_en TEXT NOT NULL,
    blurb_de TEXT NOT NULL,
    vessel   TEXT NOT NULL
);

CREATE TABLE products (
    id             INTEGER PRIMARY KEY,
    category_id    INTEGER NOT NULL REFERENCES categories (id),
    name_en        TEXT NOT NULL,
    name_de        TEXT NOT NULL,
    description_en TEXT NOT NULL,
    description_de TEXT NOT NULL,
    maker          TEXT NOT NULL,
    pack           TEXT NOT NULL,
    colour         TEXT NOT NULL,
    cents          INTEGER NOT NULL
);

CREATE INDEX products_by_category ON products (category_id);

-- placed_at is in seconds since 1970 UTC.
CREATE TABLE orders (
    id        INTEGER PRIMARY KEY,
    placed_at INTEGER NOT NULL,
    customer  TEXT NOT NULL
);

CREATE TABLE order_lines (
    id         INTEGER PRIMARY KEY,
    order_id   INTEGER NOT NULL REFERENCES orders (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity   INTEGER NOT NULL,
    cents      INTEGER NOT NULL -- the price of one piece on the day of the order
);
