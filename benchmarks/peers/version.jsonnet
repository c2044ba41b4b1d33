// What krtc makes of the example's krt.yml, as people would write it in Jsonnet: a function of krt.yml's text and of
// the files that containers mount, to the objects in the order of applying.
local runtime = 'kre';
local jetstream = 'jetstream.nats.io/v1beta2';
local literal = { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' };
local wave = { 'argocd.argoproj.io/sync-wave': '-1' };
local asks = wave { 'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm' };

local id(parts) = std.substr(std.sha256(std.join('/', [runtime] + parts)), 0, 24);
local checksum(texts) = std.sha256(std.join('', std.map(std.sha256, texts)));
local variable(name, value) = { name: name, value: value };
local mount(name, path, part=null, readOnly=false) = {
  name: name,
  mountPath: path,
  [if part != null then 'subPath']: part,
  [if readOnly then 'readOnly']: true,
};
local amounts(cpu, memory, limit) = { requests: { cpu: cpu, memory: memory }, limits: { memory: limit } };
local small = amounts('10m', '32Mi', '128Mi');
local large = amounts('100m', '256Mi', '1Gi');
local restricted(user) = {
  runAsUser: user,
  runAsNonRoot: true,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
};
local platform(name, image, env, mounts, resources=small, user=10001) = {
  name: name,
  image: image,
  imagePullPolicy: 'IfNotPresent',
  env: env,
  resources: resources,
  securityContext: restricted(user),
  volumeMounts: mounts,
};

local krtFiles = mount('krt-files', '/krt-files');
local tmp = mount('tmp', '/tmp');
local script(name) = mount('files', '/krt-scripts/' + name, name, true);
local services = [
  variable('KRT_BASE_PATH', '/krt-files'),
  variable('KRT_NATS_SERVER', 'kre-nats:4222'),
  variable('KRT_NATS_HOST', 'kre-nats'),
  variable('KRT_NATS_PORT', '4222'),
  { name: 'KRT_MONGO_URI', valueFrom: { secretKeyRef: { name: 'kre-mongodb', key: 'uri' } } },
  variable('KRT_MONGO_DB_NAME', 'kre'),
  variable('KRT_MONGO_BUCKET', 'krt'),
  variable('KRT_INFLUX_URI', 'http://kre-influxdb:8086'),
];
local connected = { exec: { command: ['sh', '/krt-scripts/connected.sh'] }, timeoutSeconds: 5 };
local runner(name, image, env, user, mounts) = {
  name: name,
  image: image,
  imagePullPolicy: 'IfNotPresent',
  env: env,
  resources: large,
  readinessProbe: connected { periodSeconds: 5, failureThreshold: 1 },
  livenessProbe: connected { periodSeconds: 10, failureThreshold: 15 },
  securityContext: restricted(user),
  volumeMounts: mounts + [script('connected.sh')],
};
local readsFiles = [mount('krt-files', '/krt-files', readOnly=true), mount('app-log', '/var/log/app')];
local init(env, needs) = [
  platform('wait-for-nats', 'natsio/nats-box:0.18.0', env, [script('wait.sh'), tmp])
  { command: ['sh', '/krt-scripts/wait.sh'], args: needs },
  platform('krt-files-downloader', 'konstellation/krt-files-downloader:latest', env, [krtFiles], large),
];
local fluentBit(env) =
  local mounted(name) = mount('files', '/fluent-bit/etc/' + name, name, true);
  platform('fluent-bit', 'fluent/fluent-bit:1.3', env, [
    mounted('fluent-bit.conf'),
    mounted('parsers.conf'),
    mount('app-log', '/var/log/app', readOnly=true),
  ]) { command: ['/fluent-bit/bin/fluent-bit', '-c', '/fluent-bit/etc/fluent-bit.conf', '-v'] };

function(text, static)
  local krt = std.parseYaml(text);
  local version = krt.version;
  local identity(type, workflow=null, node=null) = {
    type: type,
    'version-name': if type == 'entrypoint' then version + '-entrypoint' else version,
    [if workflow != null then 'workflow-name']: workflow,
    [if node != null then 'node-name']: node,
  };
  local labels(own) = own {
    'app.kubernetes.io/name': version,
    'app.kubernetes.io/component': std.get(own, 'node-name', own.type),
    'app.kubernetes.io/part-of': runtime,
  };
  local object(apiVersion, kind, name, own, annotations={}) = {
    apiVersion: apiVersion,
    kind: kind,
    metadata: {
      name: name,
      namespace: runtime,
      labels: labels(own) { 'app.kubernetes.io/managed-by': 'krtc' },
      [if annotations != {} then 'annotations']: annotations,
    },
  };
  local environment(workflowId, workflow, nodeId, node) = [
    variable('KRT_RUNTIME_ID', runtime),
    variable('KRT_VERSION_ID', id([version])),
    variable('KRT_VERSION', version),
    variable('KRT_WORKFLOW_ID', workflowId),
    variable('KRT_WORKFLOW_NAME', workflow),
    variable('KRT_NODE_ID', nodeId),
    variable('KRT_NODE_NAME', node),
  ] + services;
  local deployment(name, own, replicas, annotations, grace, env, needs, containers, empty) =
    object('apps/v1', 'Deployment', name, own) {
      spec: {
        replicas: replicas,
        selector: { matchLabels: own },
        template: {
          metadata: { labels: labels(own), annotations: annotations },
          spec: {
            serviceAccountName: 'default',
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: grace,
            securityContext: {
              runAsNonRoot: true,
              fsGroup: 10001,
              seccompProfile: { type: 'RuntimeDefault' },
            },
            initContainers: init(env, needs),
            containers: containers + [fluentBit(env)],
            volumes: [{ name: volume, emptyDir: {} } for volume in empty]
                     + [{ name: 'files', configMap: { name: version + '--files' } }],
          },
        },
      },
    };
  local stream(workflow) = '%s_%s_%s' % [runtime, version, workflow.entrypoint];
  local bucket(parts) = std.join('_', ['key-store', runtime, version] + parts);
  local store(parts, own) = object(jetstream, 'KeyValue', std.join('--', [version] + parts), own, wave) {
    spec: { bucket: bucket(parts), history: 1, storage: 'file', replicas: 1, preventDelete: true },
  };
  local durable(workflow, node, subscription) =
    '%s-%s-%s' % [stream(workflow), std.strReplace(subscription, '.', '-'), node.name];
  local byName(objects) = std.sort(objects, function(object) object.metadata.name);
  local subjects = std.manifestJsonEx({
    [workflow.entrypoint]: {
      stream: stream(workflow),
      input_subject: stream(workflow) + '.' + workflow.exitpoint,
      output_subject: stream(workflow) + '.entrypoint',
    }
    for workflow in krt.workflows
  }, '  ', preserve_order=true) + '\n';
  local mounted(names) = [static[name] for name in names + ['fluent-bit.conf', 'parsers.conf', 'connected.sh', 'wait.sh']];
  local consumers = [
    object(
      jetstream,
      'Consumer',
      std.join('--', [version, workflow.name, node.name] + std.split(subscription, '.')),
      identity('version', workflow.name, node.name),
      wave,
    ) {
      spec: {
        streamName: stream(workflow),
        durableName: durable(workflow, node, subscription),
        deliverSubject: 'krt-deliver.' + self.durableName,
        deliverGroup: self.durableName,
        filterSubject: stream(workflow) + '.' + subscription,
        deliverPolicy: 'new',
        ackPolicy: 'explicit',
        ackWait: '22h',
        maxAckPending: -1,
        maxDeliver: -1,
        replayPolicy: 'instant',
      },
    }
    for workflow in krt.workflows
    for node in workflow.nodes
    for subscription in node.subscriptions
  ];
  local stores =
    [store([], identity('version'))]
    + [store([workflow.name], identity('version', workflow.name)) for workflow in krt.workflows]
    + [
      store([workflow.name, node.name], identity('version', workflow.name, node.name))
      for workflow in krt.workflows
      for node in workflow.nodes
    ];
  local streams = [
    object(jetstream, 'Stream', version + '--' + workflow.name, identity('version', workflow.name), asks) {
      spec: {
        name: stream(workflow),
        subjects: [stream(workflow) + '.entrypoint'] + std.flattenArrays([
          [stream(workflow) + '.' + node.name, stream(workflow) + '.' + node.name + '.*']
          for node in workflow.nodes
        ]),
        retention: 'interest',
        discard: 'old',
        maxAge: '0s',
        storage: 'file',
        replicas: 1,
        preventDelete: false,
      },
    }
    for workflow in krt.workflows
  ];
  local node(workflow, node) =
    local w = workflow.name;
    local n = node.name;
    local env = environment(id([version, w]), w, id([version, w, n]), n);
    local python = std.startsWith(node.image, 'konstellation/kre-py:');
    local buckets = [bucket([]), bucket([w]), bucket([w, n])];
    local container = runner(
      'node',
      node.image,
      env + [
        variable('KRT_HANDLER_PATH', node.src),
        variable('KRT_IS_EXITPOINT', if n == workflow.exitpoint then 'true' else 'false'),
        variable('KRT_NATS_STREAM', stream(workflow)),
        variable('KRT_NATS_INPUTS', std.join(',', [stream(workflow) + '.' + s for s in node.subscriptions])),
        variable('KRT_NATS_OUTPUT', stream(workflow) + '.' + n),
        variable('KRT_NATS_MONGO_WRITER', 'mongo_writer_data.' + runtime),
        variable('KRT_NATS_KEY_VALUE_STORE_PROJECT', buckets[0]),
        variable('KRT_NATS_KEY_VALUE_STORE_WORKFLOW', buckets[1]),
        variable('KRT_NATS_KEY_VALUE_STORE_NODE', buckets[2]),
        variable('KRT_JS_REQUEST_TIMEOUT', '5'),
      ],
      if python then 1001 else 10001,
      readsFiles + [if python then tmp else mount('krt-work', '/krt-work')],
    ) {
      envFrom: [{ configMapRef: { name: version + '--config' } }],
      [if !python then 'command']: ['sh', '-c', '/app/entrypoint.sh 2>&1 | tee -a /var/log/app/app.log'],
      [if !python then 'workingDir']: '/krt-work',
    };
    deployment(
      std.join('--', [version, w, n]),
      identity('node', w, n),
      std.get(node, 'replicas', 1),
      { 'checksum/config': checksum([]), 'checksum/files': checksum(mounted([])) },
      10,
      env,
      ['stream/' + stream(workflow)]
      + ['kv/' + bucket for bucket in buckets]
      + ['consumer/%s/%s' % [stream(workflow), durable(workflow, node, s)] for s in node.subscriptions],
      [container],
      ['krt-files', 'app-log'] + (if python then [] else ['krt-work']) + ['tmp'],
    );
  local entrypoint =
    local env = environment('entrypoint', 'entrypoint', 'entrypoint', 'entrypoint');
    local proto = krt.entrypoint.proto;
    deployment(
      version + '-entrypoint',
      identity('entrypoint'),
      1,
      { 'checksum/files': checksum([subjects] + mounted(['default.conf'])) },
      35,
      env,
      ['stream/' + stream(workflow) for workflow in krt.workflows],
      [
        runner(
          'entrypoint',
          krt.entrypoint.image,
          env + [
            variable('KRT_NATS_SUBJECTS_FILE', '/src/conf/nats_subject.json'),
            variable('KRT_REQUEST_TIMEOUT', '30'),
            variable('KRT_JS_REQUEST_TIMEOUT', '5'),
          ],
          10001,
          [mount('files', '/src/conf/nats_subject.json', 'nats_subject.json', true)]
          + readsFiles
          + [mount('app-src-entrypoint', '/app/src/entrypoint')],
        ) {
          ports: [{ name: 'grpc', containerPort: 9000, protocol: 'TCP' }],
          startupProbe: { tcpSocket: { port: 9000 }, periodSeconds: 2, failureThreshold: 60 },
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
        },
        platform(
          'nginx',
          'nginxinc/nginx-unprivileged:stable-alpine',
          env,
          [
            mount('files', '/etc/nginx/conf.d/default.conf', 'default.conf', true),
            mount('krt-files', '/proto/' + proto, proto, true),
            tmp,
          ],
          user=101,
        ) {
          ports: [{ name: 'web', containerPort: 8080, protocol: 'TCP' }],
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 5 },
        },
      ],
      ['krt-files', 'app-log', 'app-src-entrypoint', 'tmp'],
    );
  // As Python writes it, where the digest is made: without spaces.
  local digest = std.sha256(std.manifestJsonMinified({
    config: null,
    description: krt.description,
    entrypoint: krt.entrypoint,
    krt_version: krt.krtVersion,
    version: version,
    workflows: [
      workflow { nodes: [{ gpu: false, object_store: null, replicas: 1 } + node for node in workflow.nodes] }
      for workflow in krt.workflows
    ],
  }));
  [
    object('v1', 'ConfigMap', version, identity('version'), literal) {
      data: {
        version: version,
        description: krt.description,
        status: 'started',
        digest: 'sha256:' + digest,
        'workflows.json': std.manifestJsonEx([
          {
            name: workflow.name,
            entrypoint: workflow.entrypoint,
            exitpoint: workflow.exitpoint,
            nodes: [node.name for node in workflow.nodes],
          }
          for workflow in krt.workflows
        ], '  ', preserve_order=true) + '\n',
      },
    },
    object('v1', 'ConfigMap', version + '--config', identity('version'), wave + literal),
    object('v1', 'ConfigMap', version + '--files', identity('version'), wave + literal) {
      data: static { 'nats_subject.json': subjects },
    },
  ]
  + byName(consumers)
  + byName(stores)
  + byName(streams)
  + [
    object('v1', 'Service', version, identity('entrypoint')) {
      spec: {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        selector: identity('entrypoint'),
        ports: [
          { name: 'grpc', port: 9000, protocol: 'TCP', targetPort: 9000 },
          { name: 'web', port: 80, protocol: 'TCP', targetPort: 8080 },
        ],
      },
    },
  ]
  + byName([node(workflow, one) for workflow in krt.workflows for one in workflow.nodes] + [entrypoint])
