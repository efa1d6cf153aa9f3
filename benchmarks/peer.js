// The estate of benchmarks/synth.py as a plain JavaScript program with cdktf: `node peer.js SPOKES FOLDER`.
//
// One import for each service, one stack for each root and module, no checks. It creates as many resources of each type
// as synthesis does, with the same arguments but for the texts of policies.
"use strict";
const { App, LocalBackend, TerraformHclModule, TerraformOutput, TerraformStack, TerraformVariable,
  DataTerraformRemoteStateLocal } = require("cdktf");
const service = (name) => require(`@cdktf/provider-aws/lib/${name}`);
const { AwsProvider } = service("provider");
const { CloudwatchLogGroup } = service("cloudwatch-log-group");
const { CloudwatchLogResourcePolicy } = service("cloudwatch-log-resource-policy");
const { CustomerGateway } = service("customer-gateway");
const { DefaultRouteTable } = service("default-route-table");
const { DefaultSecurityGroup } = service("default-security-group");
const { Ec2Tag } = service("ec2-tag");
const { Ec2TransitGateway } = service("ec2-transit-gateway");
const { Ec2TransitGatewayRoute } = service("ec2-transit-gateway-route");
const { Ec2TransitGatewayRouteTable } = service("ec2-transit-gateway-route-table");
const { Ec2TransitGatewayRouteTableAssociation } = service("ec2-transit-gateway-route-table-association");
const { Ec2TransitGatewayRouteTablePropagation } = service("ec2-transit-gateway-route-table-propagation");
const { Ec2TransitGatewayVpcAttachment } = service("ec2-transit-gateway-vpc-attachment");
const { Ec2TransitGatewayVpcAttachmentAccepter } = service("ec2-transit-gateway-vpc-attachment-accepter");
const { FlowLog } = service("flow-log");
const { IamRole } = service("iam-role");
const { IamRolePolicy } = service("iam-role-policy");
const { KmsAlias } = service("kms-alias");
const { KmsKey } = service("kms-key");
const { RamPrincipalAssociation } = service("ram-principal-association");
const { RamResourceAssociation } = service("ram-resource-association");
const { RamResourceShare } = service("ram-resource-share");
const { Route } = service("route");
const { RouteTable } = service("route-table");
const { RouteTableAssociation } = service("route-table-association");
const { Subnet } = service("subnet");
const { Vpc } = service("vpc");
const { VpcEndpoint } = service("vpc-endpoint");
const { VpnConnection } = service("vpn-connection");

const SPOKES_AN_ENVIRONMENT = 10;
const ZONES = { az1: "use1-az1", az2: "use1-az2", az4: "use1-az4" };
const POLICY = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
const NETWORK_ACCOUNT = "999900002222";

const [spokes, outdir] = [Number(process.argv[2]), process.argv[3]];
const app = new App({ outdir, skipValidation: true, stackTraces: false });

const address = (number) => `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
const named = (name) => ({ Name: name });

function module(root, name) {
  return new TerraformStack(app, `${root}_${name}`);
}

function inputs(stack, names) {
  return Object.fromEntries(
    names.map((name) => [name, new TerraformVariable(stack, name, { type: "string", description: name }).stringValue]),
  );
}

function outputs(stack, values) {
  for (const [name, value] of Object.entries(values)) {
    new TerraformOutput(stack, `out_${name}`, { value, description: name }).overrideLogicalId(name);
  }
}

function logs(root) {
  const stack = module(root, "logs");
  const key = new KmsKey(stack, "key", { policy: POLICY, enableKeyRotation: true, description: root, tags: named(root) });
  new KmsAlias(stack, "alias", { name: `alias/${root}`, targetKeyId: key.id });
  const role = new IamRole(stack, "role", { name: root, assumeRolePolicy: POLICY, tags: named(root) });
  const policy = new IamRolePolicy(stack, "policy", { role: role.id, policy: POLICY, name: root });
  outputs(stack, { key_arn: key.arn });
  const output = new TerraformOutput(stack, "flow_logs_role_arn", { value: role.arn });
  output.addOverride("depends_on", [`aws_iam_role_policy.${policy.friendlyUniqueId}`]);
}

function hub() {
  const stack = module("network", "hub");
  const { log_key_arn, flow_logs_role_arn } = inputs(stack, ["log_key_arn", "flow_logs_role_arn"]);
  const gateway = new Ec2TransitGateway(stack, "gateway", {
    autoAcceptSharedAttachments: "disable", defaultRouteTableAssociation: "disable",
    defaultRouteTablePropagation: "disable", dnsSupport: "enable", tags: named("infra"),
  });
  const group = new CloudwatchLogGroup(stack, "group", { name: "/infra/flow", kmsKeyId: log_key_arn, retentionInDays: 365 });
  new FlowLog(stack, "flow", {
    transitGatewayId: gateway.id, logDestination: group.arn, logDestinationType: "cloud-watch-logs",
    iamRoleArn: flow_logs_role_arn, maxAggregationInterval: 60, tags: named("infra"),
  });
  const share = new RamResourceShare(stack, "share", { name: "infra", allowExternalPrincipals: false });
  new RamResourceAssociation(stack, "resource", { resourceArn: gateway.arn, resourceShareArn: share.arn });
  new RamPrincipalAssociation(stack, "principal", { principal: "arn:aws:organizations::1:ou/a/b", resourceShareArn: share.arn });
  const tables = ["network_services", "workloads"].map((name) => {
    const table = new Ec2TransitGatewayRouteTable(stack, name, { transitGatewayId: gateway.id, tags: named(name) });
    new Ec2TransitGatewayRoute(stack, `${name}_block`, {
      transitGatewayRouteTableId: table.id, destinationCidrBlock: "10.0.0.0/8", blackhole: true,
    });
    return table;
  });
  const role = new IamRole(stack, "join", { name: "join", assumeRolePolicy: POLICY });
  new IamRolePolicy(stack, "join_policy", { role: role.id, policy: POLICY, name: "join" });
  outputs(stack, {
    transit_gateway_id: gateway.id, route_table_id_network_services: tables[0].id, route_table_id_workloads: tables[1].id,
    join_role_arn: role.arn,
  });
}

function vpn() {
  const stack = module("network", "vpn");
  const given = inputs(stack, [
    "transit_gateway_id", "route_table_id_network_services", "route_table_id_workloads", "log_key_arn",
  ]);
  const gateway = new CustomerGateway(stack, "gateway", { bgpAsn: "65010", ipAddress: "203.0.113.10", type: "ipsec.1" });
  const group = new CloudwatchLogGroup(stack, "group", { name: "/infra/vpn", kmsKeyId: given.log_key_arn, retentionInDays: 365 });
  const policy = new CloudwatchLogResourcePolicy(stack, "policy", { policyName: "vpn", policyDocument: POLICY });
  const options = { cloudwatchLogOptions: { logEnabled: true, logGroupArn: group.arn, logOutputFormat: "json" } };
  const connection = new VpnConnection(stack, "connection", {
    customerGatewayId: gateway.id, transitGatewayId: given.transit_gateway_id, type: "ipsec.1", tags: named("vpn"),
    tunnel1LogOptions: options, tunnel2LogOptions: options, tunnel1IkeVersions: ["ikev2"], tunnel2IkeVersions: ["ikev2"],
    dependsOn: [policy],
  });
  for (const key of ["Name", "isthmus:segment"]) {
    new Ec2Tag(stack, key.replace(":", "_"), { resourceId: connection.transitGatewayAttachmentId, key, value: "vpn" });
  }
  const attachment = { transitGatewayAttachmentId: connection.transitGatewayAttachmentId };
  new Ec2TransitGatewayRouteTableAssociation(stack, "association", {
    ...attachment, transitGatewayRouteTableId: given.route_table_id_network_services,
  });
  for (const name of ["network_services", "workloads"]) {
    new Ec2TransitGatewayRouteTablePropagation(stack, `propagation_${name}`, {
      ...attachment, transitGatewayRouteTableId: given[`route_table_id_${name}`],
    });
  }
  outputs(stack, {
    connection_id: connection.id, attachment_id: connection.transitGatewayAttachmentId, group: group.arn,
    tunnel1_address: connection.tunnel1Address, tunnel2_address: connection.tunnel2Address, gateway: gateway.id,
  });
}

const SPOKE_INPUTS = ["transit_gateway_id", "route_table_id_network_services", "route_table_id_workloads",
  "log_key_arn", "flow_logs_role_arn"];

function spoke(root, number) {
  const stack = module(root, `spoke_${number}`);
  const name = `infra-spoke-${number}`;
  const given = inputs(stack, SPOKE_INPUTS);
  const provider = new AwsProvider(stack, "hub", { alias: "hub" });
  const first = number * 1024;
  const vpc = new Vpc(stack, "this", {
    cidrBlock: `${address(first)}/22`, enableDnsSupport: true, enableDnsHostnames: true, tags: named(name),
  });
  new DefaultSecurityGroup(stack, "default_security_group", { vpcId: vpc.id, tags: named(`${name}-default`) });
  new DefaultRouteTable(stack, "default_route_table", {
    defaultRouteTableId: vpc.defaultRouteTableId, tags: named(`${name}-default`),
  });
  const [subnets, tables, lifecycle] = [{}, {}, { createBeforeDestroy: true }];
  let position = 0;
  for (const tier of ["private", "transit_gateway"]) {
    for (const [zone, id] of Object.entries(ZONES)) {
      const key = `${tier}_${zone}`;
      const tags = named(`${name}-${key.replaceAll("_", "-")}`);
      const subnet = (subnets[key] = new Subnet(stack, `subnet_${key}`, {
        vpcId: vpc.id, cidrBlock: `${address(first + 128 * position++)}/25`, availabilityZoneId: id,
        mapPublicIpOnLaunch: false, tags, lifecycle,
      }));
      const table = (tables[key] = new RouteTable(stack, `table_${key}`, { vpcId: vpc.id, tags, lifecycle }));
      new RouteTableAssociation(stack, `association_${key}`, { subnetId: subnet.id, routeTableId: table.id });
    }
  }
  const zones = Object.keys(ZONES);
  const tags = { Name: name, "isthmus:segment": "workloads" };
  const attachment = new Ec2TransitGatewayVpcAttachment(stack, "attachment", {
    transitGatewayId: given.transit_gateway_id, vpcId: vpc.id, dnsSupport: "enable", tags,
    subnetIds: zones.map((zone) => subnets[`transit_gateway_${zone}`].id),
  });
  const accepted = new Ec2TransitGatewayVpcAttachmentAccepter(stack, "accepter", {
    transitGatewayAttachmentId: attachment.id, transitGatewayDefaultRouteTableAssociation: false,
    transitGatewayDefaultRouteTablePropagation: false, tags, provider,
  });
  new Ec2TransitGatewayRouteTableAssociation(stack, "gateway_association", {
    transitGatewayAttachmentId: accepted.id, transitGatewayRouteTableId: given.route_table_id_workloads, provider,
  });
  new Ec2TransitGatewayRouteTablePropagation(stack, "gateway_propagation", {
    transitGatewayAttachmentId: accepted.id, transitGatewayRouteTableId: given.route_table_id_network_services, provider,
  });
  for (const zone of zones) {
    for (const [key, destinationCidrBlock] of [["block", "10.0.0.0/8"], ["users", "172.20.0.0/16"], ["default", "0.0.0.0/0"]]) {
      new Route(stack, `route_${zone}_${key}`, {
        routeTableId: tables[`private_${zone}`].id, destinationCidrBlock, transitGatewayId: given.transit_gateway_id,
        dependsOn: [accepted],
      });
    }
  }
  const group = new CloudwatchLogGroup(stack, "group", {
    name: `/infra/${name}/flow-logs`, kmsKeyId: given.log_key_arn, retentionInDays: 365, tags: named(name),
  });
  new FlowLog(stack, "flow", {
    vpcId: vpc.id, trafficType: "ALL", iamRoleArn: given.flow_logs_role_arn, logDestination: group.arn,
    logDestinationType: "cloud-watch-logs", maxAggregationInterval: 60, tags: named(name),
  });
  for (const end of ["s3", "dynamodb"]) {
    new VpcEndpoint(stack, end, {
      vpcId: vpc.id, serviceName: `com.amazonaws.us-east-1.${end}`, vpcEndpointType: "Gateway",
      routeTableIds: zones.map((zone) => tables[`private_${zone}`].id), tags: named(`${name}-${end}`),
    });
  }
  outputs(stack, {
    vpc_id: vpc.id, transit_gateway_attachment_id: attachment.id,
    private_subnet_ids: Object.fromEntries(zones.map((zone) => [zone, subnets[`private_${zone}`].id])),
  });
}

function root(name, account, environment) {
  const stack = new TerraformStack(app, name);
  new LocalBackend(stack, { path: `../../../terraform.benchmark-${name}.tfstate` });
  const role = { roleArn: `arn:aws:iam::${account}:role/isthmus-deploy` };
  const defaultTags = [{ tags: { "isthmus:estate": "benchmark", "isthmus:environment": name } }];
  const common = { region: "us-east-1", defaultTags };
  new AwsProvider(stack, "aws", { ...common, allowedAccountIds: [account], assumeRole: [role] });
  const joining = { roleArn: `arn:aws:iam::${NETWORK_ACCOUNT}:role/join` };
  const provider = environment === undefined ? undefined : new AwsProvider(stack, "aws_hub", {
    ...common, alias: "hub_workloads", allowedAccountIds: [NETWORK_ACCOUNT], assumeRole: [role, joining],
  });
  const call = (module, variables, more = {}) => new TerraformHclModule(stack, module, {
    source: `./modules/${module}`, skipAssetCreationFromLocalModules: true, variables, ...more,
  });
  return { stack, call, provider };
}

function network() {
  const { stack, call } = root("network", NETWORK_ACCOUNT);
  logs("network");
  hub();
  vpn();
  const made = call("logs", {});
  const keys = { log_key_arn: made.getString("key_arn"), flow_logs_role_arn: made.getString("flow_logs_role_arn") };
  const center = call("hub", keys);
  const names = ["transit_gateway_id", "route_table_id_network_services", "route_table_id_workloads"];
  const given = Object.fromEntries(names.map((name) => [name, center.getString(name)]));
  const connections = call("vpn", { ...given, log_key_arn: keys.log_key_arn }, { dependsOn: [made] });
  outputs(stack, { ...given, connection_id: connections.getString("connection_id") });
  return stack;
}

function workloads(number, first, last, producer) {
  const name = `workloads-${number}`;
  const { stack, call, provider } = root(name, String(number).padStart(12, "0"), number);
  stack.addDependency(producer);
  logs(name);
  const made = call("logs", {});
  const remote = new DataTerraformRemoteStateLocal(stack, "network", { path: "../../../terraform.benchmark-network.tfstate" });
  const given = Object.fromEntries(SPOKE_INPUTS.slice(0, 3).map((input) => [input, remote.getString(input)]));
  given.log_key_arn = made.getString("key_arn");
  given.flow_logs_role_arn = made.getString("flow_logs_role_arn");
  for (let n = first; n < last; n++) {
    spoke(name, n);
    const made = call(`spoke_${n}`, given, { providers: [{ provider, moduleAlias: "hub" }] });
    outputs(stack, Object.fromEntries(
      ["vpc_id", "transit_gateway_attachment_id", "private_subnet_ids"].map((key) => [`${key}_${n}`, made.get(key)]),
    ));
  }
}

const producer = network();
for (let first = 0; first < spokes; first += SPOKES_AN_ENVIRONMENT) {
  workloads(first / SPOKES_AN_ENVIRONMENT, first, Math.min(first + SPOKES_AN_ENVIRONMENT, spokes), producer);
}
app.synth();
