// The page: either the sign-in form or the console. The session ends with the browser tab.

import { Console } from "./console.js";
import * as login from "./login.js";
import { element } from "./page.js";

const SESSION = "camerad.session";

let open = null; // the Console, while somebody is signed in

function signIn(user) {
  sessionStorage.setItem(SESSION, JSON.stringify(user));
  login.hide();
  open = new Console(user, () => signOut("Your session has ended. Sign in again."));
}

function signOut(message) {
  sessionStorage.removeItem(SESSION);
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

const user = JSON.parse(sessionStorage.getItem(SESSION));
if (user) signIn(user);
else login.show();
