// The control API, by addresses relative to the page: it may stand behind any prefix.

async function ask(method, path, body) {
  const options = { method, headers: {} };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  const response = await fetch(`api/${path}`, options);
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (!response.ok) throw new Error(answer?.error || `${response.status}`);
  return answer;
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}) => ask("POST", path, body);
export const patch = (path, body) => ask("PATCH", path, body);
export const remove = (path) => ask("DELETE", path);
export const act = (key, name, values = {}) => post(`people/${encodeURIComponent(key)}/${name}`, values);

export function upload(key, kind, file, values = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.append(name, value);
  form.append("file", file, file.name);
  return post(`people/${encodeURIComponent(key)}/${kind}`, form);
}

export function listen(after, onevent, onstate) {
  const source = new EventSource(`api/events?after=${after}`);
  source.onopen = () => onstate(true);
  source.onerror = () => onstate(false);
  source.onmessage = (event) => onevent(JSON.parse(event.data));
  return source;
}
