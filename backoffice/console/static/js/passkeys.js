// Passkeys: adding one to an account and signing in with one. The server asks, the device answers.
const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function post(path, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRF": document.body.dataset.csrf };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body || {}), redirect: "error" });
  const told = await answer.json();
  if (!answer.ok) throw new Refused(told.said);
  return told;
}

class Refused extends Error {}

const listed = (list) => (list || []).map((c) => ({ ...c, id: decode(c.id) }));

function told(credential) {
  const { response } = credential, found = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[name]) found[name] = encode(response[name]);
  return { id: credential.id, rawId: encode(credential.rawId), type: credential.type, response: found, clientExtensionResults: {} };
}

async function add(name) {
  const asked = await post("/console/account/passkeys/options");
  const user = { ...asked.user, id: decode(asked.user.id) };
  const publicKey = { ...asked, challenge: decode(asked.challenge), user, excludeCredentials: listed(asked.excludeCredentials) };
  const made = await navigator.credentials.create({ publicKey });
  await post("/console/account/passkeys", { name, credential: told(made) });
}

async function enter() {
  const asked = await post("/console/sign-in/passkey/options");
  const publicKey = { ...asked, challenge: decode(asked.challenge), allowCredentials: listed(asked.allowCredentials) };
  const proof = await navigator.credentials.get({ publicKey });
  return post("/console/sign-in/passkey", { credential: told(proof) });
}

function explain(box, texts, problem) {
  box.textContent = problem instanceof Refused ? problem.message : window.PublicKeyCredential ? texts.failed : texts.missing;
  box.hidden = false;
}

document.getElementById("passkey-enter")?.addEventListener("click", async ({ currentTarget }) => {
  const box = document.getElementById("sign-in-said");
  try { location.assign((await enter()).to); } catch (problem) { explain(box, currentTarget.dataset, problem); }
});

document.getElementById("passkey-add")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget, box = document.getElementById("passkey-said");
  try { await add(form.elements.name.value); location.assign(form.dataset.then); } catch (problem) { explain(box, form.dataset, problem); }
});
