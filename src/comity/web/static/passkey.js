// Asks the browser for a passkey: for a form with data-passkey="create" a new one, for "get" one that is known.
// The options come with the page (#passkey-options) or, where the form names data-options, from that address.
"use strict";
(() => {
  const octets = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const described = (list) => (list || []).map((one) => ({ ...one, id: octets(one.id) }));

  async function create(options, passwordless) {
    const choice = options.authenticatorSelection || {};
    choice.residentKey = passwordless ? "required" : "discouraged";
    choice.requireResidentKey = passwordless;
    if (passwordless) choice.userVerification = "required";
    const made = await navigator.credentials.create({
      publicKey: {
        ...options,
        authenticatorSelection: choice,
        challenge: octets(options.challenge),
        user: { ...options.user, id: octets(options.user.id) },
        excludeCredentials: described(options.excludeCredentials),
      },
    });
    const response = made.response;
    return {
      id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: made.getClientExtensionResults(),
      response: {
        clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject),
        transports: response.getTransports ? response.getTransports() : [],
      },
    };
  }

  async function get(options) {
    const found = await navigator.credentials.get({
      publicKey: {
        ...options, challenge: octets(options.challenge), allowCredentials: described(options.allowCredentials),
      },
    });
    const response = found.response;
    return {
      id: found.id, rawId: text(found.rawId), type: found.type,
      clientExtensionResults: found.getClientExtensionResults(),
      response: {
        clientDataJSON: text(response.clientDataJSON), authenticatorData: text(response.authenticatorData),
        signature: text(response.signature), userHandle: response.userHandle ? text(response.userHandle) : null,
      },
    };
  }

  async function optionsOf(form) {
    if (form.dataset.options) {
      const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
      return answer.json();
    }
    return JSON.parse(document.getElementById("passkey-options").textContent);
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const failed = document.querySelector("[data-passkey-failed]");
      if (failed) failed.hidden = true;
      try {
        const given = await optionsOf(form);
        const credential = form.dataset.passkey === "create"
          ? await create(given.creation_options.publicKey, form.elements.passwordless.checked)
          : await get(given.request_options.publicKey);
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch (error) {
        if (failed) failed.hidden = false;
      }
    });
  }
})();
