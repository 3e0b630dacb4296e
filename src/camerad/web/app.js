// The page: either the sign-in form or the console.

import { Console } from "./console.js";
import * as login from "./login.js";
import { element } from "./page.js";
import * as session from "./session.js";

let open = null; // the Console, while somebody is signed in

// The page of the API sends people here to sign in, and has them back.
function signIn(user) {
  session.begin(user);
  if (location.hash === "#docs") return location.replace("/docs");
  login.hide();
  open = new Console(user, () => signOut("Your session has ended. Sign in again."));
}

function signOut(message) {
  session.end();
  open.close();
  open = null;
  login.show(message);
}

// A phone that cannot give the whole screen to an element gives it the whole page, up to a tap.
function toggleFullScreen() {
  const stage = element("stage");
  if (!document.fullscreenEnabled) stage.classList.add("whole-page");
  else if (document.fullscreenElement) document.exitFullscreen();
  else stage.requestFullscreen();
}

login.prepare(signIn);
element("sign-out").addEventListener("click", () => signOut());
element("full-screen").addEventListener("click", toggleFullScreen);
element("stage").addEventListener("dblclick", toggleFullScreen);
element("stage").addEventListener("click", () => element("stage").classList.remove("whole-page"));

const user = session.current();
if (user) signIn(user);
else login.show();
