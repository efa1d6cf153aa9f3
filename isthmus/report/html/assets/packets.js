// Packets as numbers, as isthmus/network/packets.py numbers them: the protocol, then 16 bits of the port or message.
(() => {
  const NUMBERS = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };
  const ECHO = { icmp: 8, icmpv6: 128 };
  const NAMES = Object.fromEntries(Object.entries(NUMBERS).map(([name, number]) => [number, name]));

  function whole(text, most) {
    return /^\d{1,5}$/.test(text) && Number(text) <= most ? Number(text) : null;
  }

  // The packet of the two fields: {number, name}, or {error}. The name is the one that `isthmus trace --to` takes.
  report.packetOf = (protocol, text) => {
    const value = text.trim();
    if (protocol === "other") {
      const number = whole(value, 255);
      if (number === null) return { error: "Expected the number of a protocol, from 0 to 255, such as 47." };
      if (NAMES[number]) return report.packetOf(NAMES[number], "");
      return { number: number * 65536, name: null, protocol: String(number), text: `protocol ${number}` };
    }
    if (protocol === "tcp" || protocol === "udp") {
      const port = whole(value === "" ? "443" : value, 65535);
      if (port === null) return { error: "Expected a port from 0 to 65535, such as 443." };
      return named(protocol, port, `${port}`);
    }
    const [type, code, more] = (value === "" ? `${ECHO[protocol]}/0` : value).split("/");
    const numbers = [whole(type, 255), whole(code ?? "0", 255)];
    if (numbers.includes(null) || more !== undefined) {
      return { error: `Expected a type and a code from 0 to 255, such as ${ECHO[protocol]}/0.` };
    }
    return named(protocol, numbers[0] * 256 + numbers[1], numbers.join("/"));
  };

  function named(protocol, value, text) {
    const name = `${protocol}/${text}`;
    return { number: NUMBERS[protocol] * 65536 + value, name, text: name };
  }

  // The set that contains a packet: sets are disjoint, and each is a list of first and last numbers.
  report.setWith = (sets, number) =>
    sets.find((set) => set.spans.some(([first, last]) => first <= number && number <= last));

  // The command that answers what this file does not contain.
  report.traceCommand = (network, source, destination, packet) => {
    const to = packet?.name ? `${destination}:${packet.name}` : destination;
    const protocol = packet?.protocol ? ` --protocol ${packet.protocol}` : "";
    return `${network.trace} --from ${quoted(source)} --to ${quoted(to)}${protocol}`;
  };

  function quoted(text) {
    return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
  }
})();
