// Speak into the page: what was recorded is put into the form's own file field, so it is sent as a chosen file would be.
"use strict";
(function () {
  const form = document.getElementById("rekam"), told = form.dataset, $ = function (id) { return document.getElementById(id); };
  const field = $("suara"), player = $("dengar"), news = $("kabar"), begin = $("mulai"), end = $("selesai");
  const kinds = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
  let recorder = null, ticking = 0, address = "";
  function say(words, values) {
    news.textContent = words.replace(/\{(\w+)\}/g, function (_, name) { return values[name]; });
  }
  function show(file, seconds) {
    const kb = Math.max(1, Math.round(file.size / 1024)), most = +told.most, budget = +told.budget;
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(file);
    player.src = address;
    player.hidden = false;
    const words = file.size > most ? told.large : file.size > budget ? told.long : seconds ? told.recorded : "";
    say(words, { kb: kb, seconds: seconds });
  }
  field.addEventListener("change", function () { if (field.files[0]) show(field.files[0], 0); });
  if (!window.MediaRecorder || !navigator.mediaDevices || !window.DataTransfer) return;
  const kind = kinds.find(function (each) { return MediaRecorder.isTypeSupported(each); });
  if (!kind) return;
  $("perekam").hidden = false;
  begin.addEventListener("click", async function () {
    say(told.asking, {});
    begin.disabled = true;
    let voice;
    try { voice = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } }); }
    catch { say(told.refused, {}); begin.disabled = false; return; }
    const pieces = [], since = Date.now();
    const passed = function () { return Math.round((Date.now() - since) / 1000); };
    recorder = new MediaRecorder(voice, { mimeType: kind, audioBitsPerSecond: 20000 });
    recorder.addEventListener("dataavailable", function (event) { pieces.push(event.data); });
    recorder.addEventListener("stop", function () {
      clearInterval(ticking);
      news.setAttribute("aria-live", "polite");
      voice.getTracks().forEach(function (track) { track.stop(); });
      const file = new File(pieces, "rekaman", { type: kind }), chosen = new DataTransfer();
      chosen.items.add(file);
      field.files = chosen.files;
      show(file, passed());
      begin.hidden = begin.disabled = false;
      end.hidden = true;
      begin.focus();
    });
    recorder.start();
    say(told.recording, { seconds: 0 });
    news.setAttribute("aria-live", "off");  // nobody wants each second read out
    ticking = setInterval(function () { say(told.recording, { seconds: passed() }); }, 1000);
    begin.hidden = true;
    end.hidden = false;
    end.focus();
  });
  end.addEventListener("click", function () { recorder.stop(); });
})();
