// An ONVIF camera on the SOAP stack of the package "soap" and ONVIF's own WSDL.
//
// node device.js ADDRESS WSDL_FOLDER CLOCK_OFFSET_S MODEL
//
// Like the strict ones of its kind it knows one user, takes digests only, and none that was made
// more than five seconds ago by its own clock.
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const soap = require('soap');

const [address, folder, offset, model] = process.argv.slice(2);
const [user, password] = ['hall', 'very secret'];
const base = `http://${address}:8000/onvif`;

const now = () => new Date(Date.now() + Number(offset) * 1000);

function authenticate(security) {
  const token = security && security.UsernameToken;
  if (!token || token.Username !== user) return false;
  const nonce = Buffer.from(token.Nonce.$value || token.Nonce, 'base64');
  const hash = crypto.createHash('sha1').update(nonce).update(token.Created + password);
  const age = Math.abs(now() - new Date(token.Created));
  return hash.digest('base64') === token.Password.$value && age < 5000;
}

function demand(args, headers) {
  if (!authenticate(headers && headers.Security)) {
    throw {
      Fault: {
        Code: { Value: 'soap:Sender', Subcode: { value: 'ter:NotAuthorized' } },
        Reason: { Text: 'The sender is not authorized' },
        statusCode: 400,
      },
    };
  }
}

// Types of ONVIF's schema need its prefix: the package takes the operation's for all within.
const device = {
  GetSystemDateAndTime() {
    const at = now();
    return {
      SystemDateAndTime: {
        'tt:DateTimeType': 'NTP',
        'tt:DaylightSavings': false,
        'tt:UTCDateTime': {
          'tt:Time': {
            'tt:Hour': at.getUTCHours(),
            'tt:Minute': at.getUTCMinutes(),
            'tt:Second': at.getUTCSeconds(),
          },
          'tt:Date': {
            'tt:Year': at.getUTCFullYear(),
            'tt:Month': at.getUTCMonth() + 1,
            'tt:Day': at.getUTCDate(),
          },
        },
      },
    };
  },
  GetServices() {
    const service = (namespace, url) => ({
      Namespace: `http://www.onvif.org/ver10/${namespace}/wsdl`,
      XAddr: url,
      Version: { 'tt:Major': 2, 'tt:Minor': 6 },
    });
    // The host that the second one names is not its own, as with many behind a router.
    return {
      Service: [
        service('device', `${base}/device_service`),
        service('media', 'http://0.0.0.0:8000/onvif/media_service'),
      ],
    };
  },
  GetDeviceInformation(args, callback, headers) {
    demand(args, headers);
    return {
      Manufacturer: 'Peer',
      Model: model,
      FirmwareVersion: '1.0',
      SerialNumber: 'S1',
      HardwareId: 'H1',
    };
  },
};

const media = {
  GetProfiles(args, callback, headers) {
    demand(args, headers);
    return { Profiles: [{ attributes: { token: 'main', fixed: true }, 'tt:Name': 'Main stream' }] };
  },
  GetSnapshotUri(args, callback, headers) {
    demand(args, headers);
    return {
      MediaUri: {
        'tt:Uri': `http://${address}:8000/snapshot.jpg`,
        'tt:InvalidAfterConnect': false,
        'tt:InvalidAfterReboot': false,
        'tt:Timeout': 'PT0S',
      },
    };
  },
};

const server = http.createServer((request, response) => response.writeHead(404).end());
server.listen(8000, address, () => {
  const wsdl = (name) => fs.readFileSync(path.join(folder, name), 'utf8');
  const serve = (at, service, port, methods, file) => soap.listen(server, {
    path: `/onvif/${at}`,
    services: { [service]: { [port]: methods } },
    xml: wsdl(file),
    uri: path.join(folder, file),
    forceSoap12Headers: true,
    callback: () => console.log(`${at} ready`),
  });
  serve('device_service', 'DeviceService', 'DevicePort', device, 'devicemgmt.wsdl');
  serve('media_service', 'MediaService', 'MediaPort', media, 'media.wsdl');
});
