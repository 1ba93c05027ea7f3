ardour {
	["type"] = "EditorAction",
	name = "Wire drumd",
	license = "MIT",
	author = "drumd",
	description = [[Makes a track for the guitar and one for the drums, and joins both with a running `drumd listen` on JACK.]]
}

-- Start `drumd listen --in "Guitar" --out "AI Drums" --api jack` first. The guitar's track sends what
-- it plays to drumd; the drums' track records what comes back, and is armed. Ardour's MIDI clock goes
-- to drumd too: choose "MIDI Clock out" to be sent in Ardour's preferences, MIDI.

local GUITAR, DRUMS = "Guitar", "AI Drums"
local INTO, OUT_OF = "drumd-in:Guitar", "drumd:AI Drums"
local CLOCK = "MIDI Clock out"

function factory () return function ()
	local midi = ARDOUR.ChanCount (ARDOUR.DataType ("midi"), 1)

	local function track_of (name)
		local made = Session:new_midi_track (
			midi, midi, true, ARDOUR.PluginInfo (), nil, nil, 1, name,
			ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, false)
		local last
		for track in made:iter () do last = track end
		return last
	end

	local guitar = track_of (GUITAR)
	local to = guitar:output ():nth (0)
	to:disconnect_all ()
	if to:connect (INTO) ~= 0 then print ("drumd: there is no port " .. INTO .. "; start drumd listen first") end

	local drums = track_of (DRUMS)
	local from = drums:input ():nth (0)
	from:disconnect_all ()
	if from:connect (OUT_OF) ~= 0 then print ("drumd: there is no port " .. OUT_OF .. "; start drumd listen first") end
	drums:rec_enable_control ():set_value (1, PBD.GroupControlDisposition.NoGroup)

	local clock = Session:engine ():get_port_by_name (CLOCK)
	if not clock:isnil () then clock:connect (INTO) end
end end
