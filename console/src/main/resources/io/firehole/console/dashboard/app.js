// One document a second, over a WebSocket. Names are text: nothing here makes markup from data.
const status = document.getElementById('status');
const figures = document.getElementById('figures');
const rows = document.getElementById('rows');

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function show(data) {
  status.textContent = data.status === 'healthy' ? 'healthy' : 'degraded: ' + data.reasons.join('; ');
  const shown = [
    ['Connections healthy', `${data.connections.healthy} of ${data.connections.total}`],
    ['Permits left', data.rateLimit.limit === null ? 'no limit' : `${data.rateLimit.tokensAvailable} of ${data.rateLimit.limit}`],
    ['Streams', data.streams.total],
    ['Monitors served', `${data.monitors.active} of ${data.monitors.total}`],
    ['Received per s', data.upstream.messagesPerSecond],
    ['Delivered per s', data.delivered.messagesPerSecond],
    ['Gaps', data.totals.gaps],
  ];
  figures.replaceChildren(...shown.flatMap(([name, value]) => [element('dt', name), element('dd', String(value))]));
  rows.replaceChildren(...data.monitorList.map((one) => {
    const row = document.createElement('tr');
    row.append(element('td', one.id), element('td', one.group), element('td', one.connection || 'none'),
      element('td', one.messagesPerSecond), element('td', one.waiting));
    return row;
  }));
}

function connect() {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
  socket.onmessage = (message) => {
    const frame = JSON.parse(message.data);
    if (frame.type === 'metrics') {
      show(frame.data);
    }
  };
  socket.onclose = () => {
    status.textContent = 'The console does not answer; trying again...';
    setTimeout(connect, 2000);
  };
}

connect();
