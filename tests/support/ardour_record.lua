-- Run by `ardour7-lua`: records one MIDI port to a new session until a line comes on stdin.
-- Arguments: the session's folder (must not exist), the JACK name of the port to record, the
-- server's frames a second, and the name that Ardour goes by on JACK.
local folder, source, rate, client = arg[1], arg[2], tonumber (arg[3]), arg[4]

local function tell (word)
	print (word)
	io.stdout:flush ()
end

local function wait_until (what, done)
	for _ = 1, 100 do
		if done () then return end
		sleep (0.1)
	end
	error ("gave up waiting until " .. what)
end

assert (AudioEngine:set_backend ("JACK", client, ""), "no JACK backend")
local session = assert (create_session (folder, "jam", rate))
local midi = ARDOUR.ChanCount (ARDOUR.DataType ("midi"), 1)
local tracks = session:new_midi_track (
	midi, midi, true, ARDOUR.PluginInfo (), nil, nil, 1, "AI Drums",
	ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, false)
local track
for made in tracks:iter () do track = made end

local input = track:input ():nth (0)
input:disconnect_all ()
assert (input:connect (source) == 0 and input:connected (), "cannot connect to " .. source)
track:rec_enable_control ():set_value (1, PBD.GroupControlDisposition.NoGroup)
session:maybe_enable_record (false)
session:request_roll (ARDOUR.TransportRequestSource.TRS_UI)
wait_until ("it records", function () return session:actively_recording () end)
tell ("recording")

io.read ()
session:request_stop (false, false, ARDOUR.TransportRequestSource.TRS_UI)
wait_until ("it stops", function () return not session:transport_state_rolling () end)
sleep (1) -- the butler writes the take to disk
session:save_state ("")
tell ("saved")
