/** Ways to send the first line, to be pasted as they stand once the key is filled in. */
export const recipesFor = (origin: string): { title: string; code: string }[] => [
  {
    title: 'A line by hand',
    code: `curl ${origin}/api/v1/logs/my-service \\
  -H "Authorization: Bearer $MIKTOS_KEY" \\
  --data '{"level":"info","message":"hello","user_id":7}'`,
  },
  {
    title: 'A program with OpenTelemetry',
    code: `export OTEL_LOGS_EXPORTER=otlp
export OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=${origin}/otlp/v1/logs
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20$MIKTOS_KEY"`,
  },
  {
    title: 'Whatever sends to Loki: Alloy, Promtail, the Docker driver',
    code: `loki.write "miktos" {
  endpoint {
    url          = "${origin}/loki/api/v1/push"
    bearer_token = sys.env("MIKTOS_KEY")
  }
}`,
  },
]
