-- Wires a project of Reaper with a running drumd: a track for the guitar, one that records the drums.
--
-- Start `drumd listen --in "Guitar" --out "AI Drums"` first, and enable both ports in Reaper's
-- preferences, MIDI Devices; tick there that clock and song position are sent to "Guitar", and drumd
-- follows Reaper's tempo. The other way round: `drumd listen --clock-out`, and Reaper's external
-- timecode synchronization.
-- Why a script and no track template: a template holds ports by number, and each machine has its own.

local GUITAR, DRUMS = "Guitar", "AI Drums"
local MIDI, NONE = 4096, -1 -- an input is written MIDI + 32 * device + channel, an output without MIDI
local DEVICE = 32           -- channel 0: all

local function ports (count, name_of)
	local found = {}
	for number = 0, count - 1 do
		local there, name = name_of (number, "")
		if there then found[#found + 1] = { number = number, name = name } end
	end
	return found
end

local function is (port, name) return port.name:find (name, 1, true) ~= nil end

local function port_of (found, name)
	for _, port in ipairs (found) do
		if is (port, name) then return port.number end
	end
end

-- The player's own: the only one that is none of drumd's. Never all: the drummer would hear itself.
local function own_guitar (inputs)
	local others = {}
	for _, port in ipairs (inputs) do
		if not is (port, GUITAR) and not is (port, DRUMS) then others[#others + 1] = port.number end
	end
	return #others == 1 and others[1] or nil
end

local function track_of (name, input)
	local place = reaper.CountTracks (0)
	reaper.InsertTrackAtIndex (place, true)
	local track = reaper.GetTrack (0, place)
	reaper.GetSetMediaTrackInfo_String (track, "P_NAME", name, true)
	reaper.SetMediaTrackInfo_Value (track, "I_RECINPUT", input and MIDI + DEVICE * input or NONE)
	reaper.SetMediaTrackInfo_Value (track, "I_RECMON", 1) -- what comes in goes on: to drumd, to a kit
	reaper.SetMediaTrackInfo_Value (track, "I_RECARM", 1)
	return track
end

local function say (text) reaper.ShowMessageBox (text, "drumd", 0) end

local inputs = ports (reaper.GetNumMIDIInputs (), reaper.GetMIDIInputName)
local outputs = ports (reaper.GetNumMIDIOutputs (), reaper.GetMIDIOutputName)
local into, out_of = port_of (outputs, GUITAR), port_of (inputs, DRUMS)

if not (into and out_of) then
	say ("Reaper has no MIDI " .. (into and "input \"" .. DRUMS or "output \"" .. GUITAR) .. "\": start drumd "
		.. "listen, enable its ports in Preferences, MIDI Devices, and run this again.")
	return
end

local own = own_guitar (inputs)
reaper.Undo_BeginBlock ()
local guitar = track_of (GUITAR, own)
reaper.SetMediaTrackInfo_Value (guitar, "I_MIDIHWOUT", DEVICE * into)
track_of (DRUMS, out_of)
reaper.Undo_EndBlock ("Wire drumd", -1)
if not own then say ("Choose your guitar as the input of the track \"" .. GUITAR .. "\".") end
