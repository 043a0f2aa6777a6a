import * as z from 'zod'
import type { Kind } from './kinds.ts'
import * as kinds from './kinds.ts'

export type Group =
  | 'server'
  | 'network'
  | 'storage'
  | 'sign-in'
  | 'limits'
  | 'logging'
  | 'retention'
  | 'health'
  | 'cache'
  | 'models'
  | 'hosts'
  | 'workspaces'

export interface Setting<S extends z.ZodType = z.ZodType> {
  kind: Kind<S>
  group: Group
  description: string
  /** What it is when nobody says otherwise. */
  initial: z.output<S> | undefined
  /** Where the default depends on other settings: how, in words. `initial` is then undefined. */
  derived?: string
  /** Names of the same setting in the environment of older systems, strongest first. */
  aliases?: readonly string[]
  /** `true`: never shown. `url`: shown without the password in it. */
  secret?: true | 'url'
  /** Names something on disk; relative ones are read from the working directory. */
  path?: true
  /** Takes effect at once when changed at run time. */
  editable?: true
  /** Why it cannot be changed at run time, where that is not "needs a restart". */
  locked?: string
}

type Rest<S extends z.ZodType> = Omit<Setting<S>, 'kind' | 'group' | 'description' | 'initial' | 'derived'>
type Optional<S extends z.ZodType> = Setting<z.ZodOptional<S>>

const inGroup = (group: Group) => ({
  given: <S extends z.ZodType>(
    kind: Kind<S>,
    initial: z.output<S>,
    description: string,
    rest: Rest<S> = {},
  ): Setting<S> => ({
    kind,
    group,
    description,
    initial,
    ...rest,
  }),
  derived: <S extends z.ZodType>(
    kind: Kind<S>,
    derived: string,
    description: string,
    rest: Rest<S> = {},
  ): Setting<S> => ({
    kind,
    group,
    description,
    initial: undefined,
    derived,
    ...rest,
  }),
  /** A setting that may be left out; it is then undefined. */
  optional: <S extends z.ZodType>(
    kind: Kind<S>,
    description: string,
    rest: Rest<z.ZodOptional<S>> = {},
  ): Optional<S> => ({
    kind: { schema: z.optional(kind.schema), read: kind.read },
    group,
    description,
    initial: undefined,
    ...rest,
  }),
})

const server = inGroup('server')
const network = inGroup('network')
const storage = inGroup('storage')
const signIn = inGroup('sign-in')
const limits = inGroup('limits')
const logging = inGroup('logging')
const retention = inGroup('retention')
const health = inGroup('health')
const cache = inGroup('cache')
const models = inGroup('models')
const hosts = inGroup('hosts')
const workspaces = inGroup('workspaces')

const mebibyte = 1_048_576
const live = { editable: true } as const
const readBy = (part: string) => ({ locked: `Read by ${part}, which this version does not have yet` })
const forModels = readBy('the model gateway')
const forHosts = readBy('the agents on GPU servers')
const forContainers = readBy('the containers of users')
const forWorkspaces = readBy('the workspaces of users')
const forRoutes = readBy('the routes to containers')

/** Every setting there is. Its name in the environment is `MIKTOS_` and the key in capitals. */
export const settings = {
  server_host: server.given(kinds.hostAddress, '127.0.0.1', 'Address to listen on', {
    aliases: ['MGMT_SERVER_IP', 'SERVER_HOST'],
  }),
  server_port: server.given(
    kinds.integer(0, 65_535),
    8000,
    'Port for the API, sockets and console; 0 takes a free one',
    {
      aliases: ['MGMT_SERVER_PORT', 'SERVER_PORT'],
    },
  ),
  server_workers: server.given(
    kinds.integer(1, 64),
    1,
    'Server processes behind the port; more than one needs PostgreSQL or MySQL, and Redis',
    {
      aliases: ['SERVER_WORKERS'],
    },
  ),
  debug_mode: server.given(kinds.boolean, false, 'Detailed logging', { aliases: ['FLASK_DEBUG', 'DEBUG_MODE'] }),
  reload: server.given(kinds.boolean, false, 'Start again whenever a source file changes', { aliases: ['RELOAD'] }),
  environment: server.given(kinds.text(40), 'production', 'Name of this installation, as shown in statistics', {
    aliases: ['FLASK_ENV'],
  }),
  demo: server.given(kinds.boolean, false, 'Add labelled sample users and traffic; on a loopback address only'),
  drain_seconds: server.given(
    kinds.integer(0, 3_600),
    30,
    'How long requests may take to finish when the server stops',
  ),

  api_prefix: network.given(kinds.apiPrefix, '/api/v1', 'Where the canonical API is mounted', {
    aliases: ['API_PREFIX'],
  }),
  public_url: network.optional(kinds.publicUrl, 'Address under which people reach this server, for links'),
  cors_origins: network.given(kinds.origins, [], 'Web origins whose pages may call the API', {
    aliases: ['CORS_ORIGINS'],
  }),
  trusted_proxies: network.given(kinds.ranges, [], 'Proxies whose X-Forwarded-For is believed'),
  ip_allow_list: network.given(kinds.ranges, [], 'Addresses that may use the API and console; empty: all', live),
  outbound_allow: network.given(
    kinds.destinations,
    [],
    'Private and loopback destinations of webhooks, mail and targets that people enter: ranges, addresses, or names with port',
    live,
  ),
  metrics_open_to: network.given(
    kinds.ranges,
    ['127.0.0.0/8', '::1/128'],
    'Addresses that may read /metrics without a key',
  ),

  data_dir: storage.given(kinds.path, './miktos-data', 'Directory for everything Miktos keeps', { path: true }),
  database_url: storage.derived(kinds.databaseUrl, 'miktos.db in data_dir, or MySQL if db_host is set', 'Database', {
    aliases: ['DATABASE_URL'],
    secret: 'url',
  }),
  db_host: storage.optional(kinds.hostAddress, 'MySQL server, where database_url is not given', {
    aliases: ['DB_HOST'],
  }),
  db_port: storage.given(kinds.integer(1, 65_535), 3306, 'Port of db_host', { aliases: ['DB_PORT'] }),
  db_user: storage.optional(kinds.text(), 'User at db_host', { aliases: ['DB_USER'] }),
  db_password: storage.optional(kinds.text(), 'Password at db_host', { aliases: ['DB_PASSWORD'], secret: true }),
  db_name: storage.given(kinds.text(64), 'user_auth_db', 'Database at db_host', { aliases: ['DB_NAME'] }),
  redis_url: storage.optional(
    kinds.redisUrl,
    'Redis for cache, rate limits and events; without it they live in memory',
    {
      aliases: ['REDIS_URL'],
      secret: 'url',
    },
  ),

  secret_key: signIn.optional(
    kinds.secret(32),
    'Key from which tokens are signed; without it one is made and kept in data_dir',
    {
      aliases: ['JWT_SECRET_KEY'],
      secret: true,
    },
  ),
  admin_token: signIn.optional(kinds.secret(24), 'API key with every right, for the first steps', {
    aliases: ['ADMIN_TOKEN'],
    secret: true,
  }),
  admin_email: signIn.optional(
    kinds.email,
    'E-mail address of the first administrator, created at start while there is none',
  ),
  admin_password: signIn.optional(kinds.text(), 'Password of the first administrator', { secret: true }),
  registration: signIn.given(
    kinds.choice(['closed', 'approval', 'open']),
    'approval',
    'Who may register: nobody, those an administrator approves, everybody',
    live,
  ),
  auth_token_expire_minutes: signIn.given(kinds.integer(5, 525_600), 10_080, 'Length of a session', {
    aliases: ['AUTH_TOKEN_EXPIRE_MINUTES'],
  }),
  access_token_minutes: signIn.given(kinds.integer(1, 1_440), 15, 'Life of an access token'),
  password_min_length: signIn.given(kinds.integer(8, 128), 8, 'Shortest password', {
    aliases: ['PASSWORD_MIN_LENGTH'],
  }),
  lockout_attempts: signIn.given(
    kinds.integer(3, 1_000),
    10,
    'Wrong passwords in a row after which an account is locked',
    live,
  ),
  lockout_minutes: signIn.given(kinds.integer(1, 10_080), 15, 'How long it stays locked', live),
  reauthentication_minutes: signIn.given(
    kinds.integer(1, 1_440),
    15,
    'How long after signing in sensitive operations ask for no password',
    live,
  ),
  signed_requests: signIn.given(
    kinds.choice(['optional', 'required']),
    'optional',
    'Whether API keys must sign requests for sensitive operations',
    live,
  ),

  rate_limit: limits.given(
    kinds.integer(1, 1_000_000_000),
    100,
    'Requests a minute, for each user with all their keys, or address',
    {
      aliases: ['RATE_LIMIT'],
      ...live,
    },
  ),
  rate_limit_logs: limits.given(
    kinds.integer(1, 1_000_000_000),
    20,
    'Log queries a minute; looking around in one question costs one',
    live,
  ),
  rate_limit_metrics: limits.given(kinds.integer(1, 1_000_000_000), 30, 'Metrics queries a minute', live),
  rate_limit_auth: limits.given(kinds.integer(1, 1_000_000_000), 20, 'Sign-in attempts a minute', live),
  rate_limit_protocol: limits.given(
    kinds.integer(1, 1_000_000_000),
    60_000,
    'Requests a minute of collectors and of tools that speak Prometheus, Loki or OpenTelemetry',
    live,
  ),
  sockets_per_user_max: limits.given(kinds.integer(1, 10_000), 10, 'Open sockets for each user', live),
  sockets_token_in_query: limits.given(
    kinds.boolean,
    false,
    'Take access tokens and API keys in the URL of a socket as well, where proxies log them; tickets are better',
    live,
  ),
  body_bytes_max: limits.given(kinds.integer(1_024, 1_024 * mebibyte), mebibyte, 'Largest request body in bytes'),
  ingest_body_bytes_max: limits.given(
    kinds.integer(1_024, 1_024 * mebibyte),
    16 * mebibyte,
    'Largest body of logs or metrics as it is sent, in bytes; unpacked it may have four times as many',
  ),
  ingest_bytes_in_flight_max: limits.given(
    kinds.integer(mebibyte, 1_024 * mebibyte),
    64 * mebibyte,
    'Bytes of logs and metrics that wait to be stored; senders of more are told to come back',
  ),
  query_timeout_seconds: limits.given(
    kinds.integer(1, 3_600),
    30,
    'Longest time a query of logs or metrics may take',
    live,
  ),
  query_concurrency: limits.given(kinds.integer(1, 1_000), 20, 'Queries of logs, and of metrics, at the same time'),
  query_samples_max: limits.given(
    kinds.integer(1_000, 1_000_000_000),
    50_000_000,
    'Samples that one metrics query may look at',
    live,
  ),
  query_series_max: limits.given(
    kinds.integer(1, 10_000_000),
    100_000,
    'Series that one metrics query may look at',
    live,
  ),
  query_log_bytes_max: limits.given(
    kinds.integer(mebibyte, 1_048_576 * mebibyte),
    16_384 * mebibyte,
    'Bytes of log text that one query may look at',
    live,
  ),
  request_timeout_seconds: limits.given(kinds.integer(1, 3_600), 30, 'Longest time a request may take to arrive'),

  log_level: logging.derived(kinds.logLevel, 'DEBUG with debug_mode, else INFO', 'Least severe lines to write', {
    aliases: ['LOG_LEVEL'],
    ...live,
  }),
  log_format: logging.derived(kinds.choice(['json', 'text']), 'text on a terminal, else json', 'Form of a line'),
  log_destination: logging.derived(
    kinds.choice(['console', 'file', 'both']),
    'both if log_file is set, else console',
    'Where lines go',
  ),
  log_file: logging.optional(kinds.path, 'File to write lines to', { path: true }),
  log_file_bytes_max: logging.given(
    kinds.integer(4_096, 1_048_576 * mebibyte),
    10 * mebibyte,
    'Size in bytes at which the file is put aside',
  ),
  log_files_max: logging.given(kinds.integer(1, 1_000), 10, 'Files kept, the current one included'),

  activity_retention_days: retention.given(kinds.integer(1, 3_650), 90, 'Days of activity kept', live),
  commands_retention_days: retention.given(
    kinds.integer(1, 3_650),
    90,
    'Days for which commands are kept with what they wrote',
    live,
  ),
  activity_rows_max: retention.given(kinds.integer(1_000, 1_000_000_000), 2_000_000, 'Activity records kept', live),
  audit_retention_days: retention.given(kinds.integer(1, 36_500), 365, 'Days of audit log kept', live),
  audit_records_max: retention.given(kinds.integer(1_000, 1_000_000_000), 10_000_000, 'Audit records kept', live),
  notification_retention_days: retention.given(
    kinds.integer(1, 3_650),
    90,
    'Days for which deliveries of notifications and silences that have ended are kept',
    live,
  ),
  api_key_retention_days: retention.given(
    kinds.integer(1, 3_650),
    90,
    'Days an API key is listed after it was revoked or expired',
    live,
  ),

  short_link_retention_days: retention.given(
    kinds.integer(1, 3_650),
    365,
    'Days a short link of the console is kept after it was last followed',
    live,
  ),

  logs_retention_hours: retention.given(kinds.integer(1, 876_000), 168, 'Hours of logs kept', live),
  logs_bytes_max: retention.given(
    kinds.integer(mebibyte, 1_048_576 * mebibyte),
    20_480 * mebibyte,
    'Disk for logs in bytes; the oldest day goes first',
    live,
  ),
  logs_own: retention.given(kinds.boolean, true, "Whether the lines of Miktos' own log are stored with the others"),
  logs_journal: retention.given(
    kinds.boolean,
    true,
    'Whether the journal of systemd is stored, where there is one: from the first start on',
  ),
  logs_docker: retention.given(
    kinds.boolean,
    true,
    'Whether the logs of containers are stored, where there is a Docker engine: from the first start on',
  ),
  docker_socket: retention.given(kinds.path, '/var/run/docker.sock', 'Socket of the Docker engine of this machine'),
  logs_backend: retention.given(
    kinds.choice(['embedded', 'loki', 'fanout']),
    'embedded',
    'Where logs are kept: here, in the Loki at loki_url, or here with a copy of everything for Loki',
  ),
  loki_url: retention.optional(kinds.publicUrl, 'Loki, or a server with its API, without /loki/api; for logs_backend', {
    aliases: ['LOKI_URL'],
    secret: 'url',
  }),
  loki_token: retention.optional(kinds.secret(1), 'Bearer token for loki_url', { secret: true }),
  loki_tenant: retention.optional(kinds.text(150), 'Tenant at loki_url (X-Scope-OrgID)'),
  metrics_backend: retention.given(
    kinds.choice(['embedded', 'prometheus', 'fanout']),
    'embedded',
    'Where metrics are kept: here, at prometheus_url, or here with a copy of everything for that server',
  ),
  prometheus_url: retention.optional(
    kinds.publicUrl,
    'Prometheus, or a server with its API that takes remote write, without /api/v1; for metrics_backend',
    { aliases: ['PROMETHEUS_URL'], secret: 'url' },
  ),
  prometheus_token: retention.optional(kinds.secret(1), 'Bearer token for prometheus_url', { secret: true }),
  prometheus_tenant: retention.optional(kinds.text(150), 'Tenant at prometheus_url (X-Scope-OrgID)'),
  fanout_bytes_max: retention.given(
    kinds.integer(mebibyte, 1_048_576 * mebibyte),
    1_024 * mebibyte,
    'Disk in bytes, for logs and for metrics each, for copies that the second server has not taken yet; the oldest go first',
  ),
  metrics_interval_seconds: retention.given(
    kinds.integer(0, 3_600),
    15,
    'How often the metrics of Miktos itself and of this machine are stored; 0 never',
  ),
  metrics_retention_hours: retention.given(kinds.integer(1, 876_000), 720, 'Hours of metrics kept', live),
  alerts_retention_days: retention.given(kinds.integer(1, 3_650), 90, 'Days for which resolved alerts are kept', live),
  metrics_bytes_max: retention.given(
    kinds.integer(mebibyte, 1_048_576 * mebibyte),
    20_480 * mebibyte,
    'Disk for metrics in bytes; the oldest go first',
    live,
  ),

  scrape_config_file: health.optional(
    kinds.path,
    'Prometheus configuration whose `scrape_configs` (static targets) are scraped',
    { path: true },
  ),

  alerts_evaluate: health.given(
    kinds.boolean,
    true,
    'Whether this server evaluates alert rules; of several servers one does it at a time',
  ),
  dashboards_dir: health.optional(
    kinds.path,
    'Folder of dashboards as YAML files; they stand before those made in the console and are locked there',
    { path: true },
  ),

  health_cpu_percent_max: health.given(
    kinds.decimal(1, 100),
    85,
    'Processor load above which the system is degraded',
    live,
  ),
  health_memory_percent_max: health.given(
    kinds.decimal(1, 100),
    90,
    'Memory in use above which the system is degraded',
    live,
  ),
  health_disk_percent_max: health.given(
    kinds.decimal(1, 100),
    90,
    'Disk in use above which the system is degraded',
    live,
  ),

  cache_enabled: cache.given(kinds.boolean, true, 'Keep answers that are costly to make', live),
  cache_bytes_max: cache.given(
    kinds.integer(mebibyte, 1_048_576 * mebibyte),
    64 * mebibyte,
    'Memory for cached answers in bytes',
  ),

  llm_provider: models.given(kinds.text(100), 'anthropic', 'Provider of the default model', {
    aliases: ['LLM_PROVIDER'],
    ...forModels,
  }),
  model_name: models.optional(kinds.text(200), 'Default model', { aliases: ['MODEL_NAME'], ...forModels }),
  temperature: models.given(kinds.decimal(0, 2), 0.7, 'Default sampling temperature', {
    aliases: ['TEMPERATURE'],
    ...forModels,
  }),
  max_tokens: models.given(kinds.integer(1, 10_000_000), 2_000, 'Default length of an answer in tokens', {
    aliases: ['MAX_TOKENS'],
    ...forModels,
  }),
  gcp_project: models.optional(kinds.text(100), 'Google Cloud project', { aliases: ['GCP_PROJECT'], ...forModels }),

  agent_port: hosts.given(kinds.integer(1, 65_535), 8510, 'Port on which agents listen', {
    aliases: ['AGENT_PORT'],
    ...forHosts,
  }),
  agents_list: hosts.given(kinds.hostAddresses, [], 'Hosts whose agents the server calls', {
    aliases: ['AGENTS_LIST'],
    ...forHosts,
  }),

  docker_image: workspaces.given(kinds.text(300), 'gpu-dev-env-test', 'Image of a new container', {
    aliases: ['DOCKER_IMAGE'],
    ...forContainers,
  }),
  docker_tag: workspaces.given(kinds.text(128), 'latest', 'Tag of that image', {
    aliases: ['DOCKER_TAG'],
    ...forContainers,
  }),
  docker_cpu: workspaces.given(kinds.decimal(0.1, 1_024), 4, 'Processors of a new container', {
    aliases: ['DOCKER_CPU'],
    ...forContainers,
  }),
  docker_mem_lmt: workspaces.given(kinds.memory, '4g', 'Memory of a new container', {
    aliases: ['DOCKER_MEM_LMT'],
    ...forContainers,
  }),
  workdir_template: workspaces.optional(kinds.path, 'Directory copied for each new user', {
    aliases: ['WORKDIR_TEMPLATE'],
    path: true,
    ...forWorkspaces,
  }),
  workdir_deploy: workspaces.optional(kinds.path, 'Directory the copies go to', {
    aliases: ['WORKDIR_DEPLOY'],
    path: true,
    ...forWorkspaces,
  }),
  nginx_config_file: workspaces.optional(kinds.path, 'nginx configuration that is written for routes to containers', {
    aliases: ['NGINX_CONFIG_FILE'],
    path: true,
    ...forRoutes,
  }),
}

export type SettingKey = keyof typeof settings

/** The value of every setting by its key. */
export type Settings = {
  [K in SettingKey]: (typeof settings)[K] extends Setting<infer S> ? z.output<S> : never
}

export const settingKeys = Object.keys(settings) as SettingKey[]

export const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(settings, key)

/** A setting seen without the type of its value, for code that treats all alike. */
export const settingOf = (key: SettingKey): Setting => settings[key] as Setting

export const environmentName = (key: SettingKey): string => `MIKTOS_${key.toUpperCase()}`
