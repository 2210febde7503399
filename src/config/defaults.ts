/** The configuration of a server that was started without a file: a checkout, not an installation. */
export const DEFAULT_CONF = `srt {
    database_path ./data/streams.db;

    server {
        listen_player 4000;
        listen_publisher 4001;
        listen_publisher_srtla 4002;
    }
}
`

export const DEFAULT_SOURCE = '<built-in defaults>'
